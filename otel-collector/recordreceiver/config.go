package recordreceiver

import (
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/kafka/configkafka"
)

// Config says which records to read and how many to hand on at once.
type Config struct {
	// ClientConfig has the keys of the kafka receiver: brokers, client_id, tls, auth, metadata.
	configkafka.ClientConfig `mapstructure:",squash"`
	// GroupID is the consumer group whose committed offsets say what is stored.
	GroupID string `mapstructure:"group_id"`
	// Topics are regular expressions; a topic that appears later is found by itself.
	Topics []string `mapstructure:"topics"`
	// Encoding of the values: otlp_proto, or raw (logs only), which keeps every byte as the body.
	Encoding string `mapstructure:"encoding"`
	// Headers are the names of the record headers to keep with raw records, exactly as sent.
	Headers []string `mapstructure:"headers"`
	// MaxRecords and MaxBytes (of keys, values and headers) close a batch; MaxBytes may be
	// passed by what one fetch brings.
	MaxRecords int `mapstructure:"max_records"`
	MaxBytes   int `mapstructure:"max_bytes"`
	// Linger is how long a batch that has its first record waits for more.
	Linger time.Duration `mapstructure:"linger"`
}

const (
	raw       = "raw"
	otlpProto = "otlp_proto"
)

func defaultConfig() *Config {
	return &Config{
		ClientConfig: configkafka.NewDefaultClientConfig(),
		Encoding:     otlpProto,
		MaxRecords:   10000,
		MaxBytes:     8 << 20,
		Linger:       100 * time.Millisecond,
	}
}

// Validate says what cannot work.
func (c *Config) Validate() error {
	if c.GroupID == "" || len(c.Topics) == 0 {
		return errors.New("group_id and topics must be set")
	}
	if c.Encoding != raw && c.Encoding != otlpProto {
		return fmt.Errorf("encoding %q: %s or %s", c.Encoding, otlpProto, raw)
	}
	if c.MaxRecords <= 0 || c.MaxBytes <= 0 || c.Linger <= 0 {
		return errors.New("max_records, max_bytes and linger must be positive")
	}
	for _, topic := range c.Topics {
		if _, err := regexp.Compile(topic); err != nil {
			return fmt.Errorf("topics: %w", err)
		}
	}
	return nil
}
