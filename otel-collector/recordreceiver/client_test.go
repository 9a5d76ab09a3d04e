package recordreceiver

import (
	"context"
	"encoding/base64"
	"net/url"
	"strings"
	"testing"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/kafka/configkafka"
)

// What is sent to MSK is an address of the region, signed by what the environment gives.
func TestLoginByIAM(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	cfg := &configkafka.SASLConfig{Mechanism: "AWS_MSK_IAM_OAUTHBEARER"}
	cfg.AWSMSK.Region = "eu-central-1"
	mechanism, err := saslMechanism(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if name := mechanism.Name(); name != "OAUTHBEARER" {
		t.Fatalf("the broker is told %s", name)
	}
	_, said, err := mechanism.Authenticate(context.Background(), "broker:9098")
	if err != nil {
		t.Fatal(err)
	}
	_, token, _ := strings.Cut(string(said), "auth=Bearer ")
	token, _, _ = strings.Cut(token, "\x01")
	text, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := url.Parse(string(text))
	if err != nil {
		t.Fatal(err)
	}
	asked := signed.Query()
	if signed.Host != "kafka.eu-central-1.amazonaws.com" || asked.Get("Action") != "kafka-cluster:Connect" ||
		!strings.HasPrefix(asked.Get("X-Amz-Credential"), "AKIDEXAMPLE/") {
		t.Fatalf("the token is %s", text)
	}
}

func TestMechanisms(t *testing.T) {
	for _, name := range []string{"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"} {
		mechanism, err := saslMechanism(&configkafka.SASLConfig{Mechanism: name, Username: "u", Password: "p"})
		if err != nil || mechanism.Name() != name {
			t.Fatalf("%s: %v", name, err)
		}
	}
	if _, err := saslMechanism(&configkafka.SASLConfig{Mechanism: "GSSAPI"}); err == nil {
		t.Fatal("GSSAPI is not known here")
	}
}
