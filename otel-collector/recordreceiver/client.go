package recordreceiver

import (
	"context"
	"fmt"

	"github.com/aws/aws-msk-iam-sasl-signer-go/signer"
	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/kafka/configkafka"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/oauth"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"
)

// newClient makes a group consumer that reads from the oldest record on, commits only what is
// marked, and fetches no more ahead than one batch.
func newClient(ctx context.Context, cfg *Config, own *owned) (*kgo.Client, error) {
	own.partitions = map[string]map[int32]bool{}
	opts := []kgo.Opt{
		kgo.SeedBrokers(cfg.Brokers...),
		kgo.ClientID(cfg.ClientID),
		kgo.ConsumerGroup(cfg.GroupID),
		kgo.SessionTimeout(sessionTimeout),
		kgo.HeartbeatInterval(sessionTimeout / 3),
		kgo.ConsumeRegex(),
		kgo.ConsumeTopics(cfg.Topics...),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.MetadataMaxAge(cfg.Metadata.RefreshInterval),
		kgo.MetadataMinAge(min(cfg.Metadata.RefreshInterval, kgoMetadataMinAge)),
		kgo.AutoCommitMarks(),
		kgo.OnPartitionsAssigned(own.assigned),
		kgo.OnPartitionsRevoked(own.revoked),
		kgo.OnPartitionsLost(own.lost),
		kgo.AutoCommitInterval(commitInterval),
		kgo.FetchMaxBytes(int32(cfg.MaxBytes)),
		kgo.FetchMaxPartitionBytes(int32(min(cfg.MaxBytes, maxPartitionBytes))),
		kgo.FetchMaxWait(fetchMaxWait),
		kgo.DisableClientMetrics(),
	}
	if cfg.TLS != nil {
		tls, err := cfg.TLS.LoadTLSConfig(ctx)
		if err != nil {
			return nil, err
		}
		opts = append(opts, kgo.DialTLSConfig(tls))
	}
	if cfg.Authentication.SASL != nil {
		mechanism, err := saslMechanism(cfg.Authentication.SASL)
		if err != nil {
			return nil, err
		}
		opts = append(opts, kgo.SASL(mechanism))
	}
	return kgo.NewClient(opts...)
}

func saslMechanism(cfg *configkafka.SASLConfig) (sasl.Mechanism, error) {
	switch cfg.Mechanism {
	case "PLAIN":
		return plain.Auth{User: cfg.Username, Pass: cfg.Password}.AsMechanism(), nil
	case "SCRAM-SHA-256":
		return scram.Auth{User: cfg.Username, Pass: cfg.Password}.AsSha256Mechanism(), nil
	case "SCRAM-SHA-512":
		return scram.Auth{User: cfg.Username, Pass: cfg.Password}.AsSha512Mechanism(), nil
	case "AWS_MSK_IAM_OAUTHBEARER":
		return oauth.Oauth(func(ctx context.Context) (oauth.Auth, error) {
			token, _, err := signer.GenerateAuthToken(ctx, cfg.AWSMSK.Region)
			return oauth.Auth{Token: token}, err
		}), nil
	}
	return nil, fmt.Errorf(
		"auth.sasl.mechanism %q: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or AWS_MSK_IAM_OAUTHBEARER", cfg.Mechanism)
}
