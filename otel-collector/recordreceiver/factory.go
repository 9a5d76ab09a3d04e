// Package recordreceiver hands Kafka records on as log records, many at a time, and commits an
// offset only after the pipeline has taken everything up to it.
package recordreceiver

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/receiver"
)

// NewFactory makes receivers of the type kafka_records.
func NewFactory() receiver.Factory {
	return receiver.NewFactory(
		component.MustNewType("kafka_records"),
		func() component.Config { return defaultConfig() },
		receiver.WithLogs(newLogs, component.StabilityLevelBeta),
	)
}

func newLogs(_ context.Context, set receiver.Settings, cfg component.Config, next consumer.Logs) (receiver.Logs, error) {
	return &recordReceiver{config: cfg.(*Config), next: next, logger: set.Logger}, nil
}
