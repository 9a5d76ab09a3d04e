// Package recordreceiver hands Kafka records on, many at a time, and commits an offset only after
// the pipeline has taken everything up to it.
package recordreceiver

import (
	"context"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
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
		receiver.WithTraces(newTraces, component.StabilityLevelBeta),
		receiver.WithMetrics(newMetrics, component.StabilityLevelBeta),
	)
}

func newLogs(_ context.Context, set receiver.Settings, cfg component.Config, next consumer.Logs) (receiver.Logs, error) {
	config := cfg.(*Config)
	if config.Encoding == otlpProto {
		skip := skipper(set.Logger)
		return newReceiver(config, set, func(ctx context.Context, records []*kgo.Record) error {
			data := otlpLogs(records, skip)
			if data.LogRecordCount() == 0 {
				return nil
			}
			return next.ConsumeLogs(ctx, data)
		}), nil
	}
	keys := attributeKeys(config.Headers)
	return newReceiver(config, set, func(ctx context.Context, records []*kgo.Record) error {
		return next.ConsumeLogs(ctx, rawLogs(records, keys, time.Now()))
	}), nil
}

func newTraces(_ context.Context, set receiver.Settings, cfg component.Config, next consumer.Traces) (receiver.Traces, error) {
	skip := skipper(set.Logger)
	return newReceiver(cfg.(*Config), set, func(ctx context.Context, records []*kgo.Record) error {
		data := otlpTraces(records, skip)
		if data.SpanCount() == 0 {
			return nil
		}
		return next.ConsumeTraces(ctx, data)
	}), nil
}

func newMetrics(_ context.Context, set receiver.Settings, cfg component.Config, next consumer.Metrics) (receiver.Metrics, error) {
	skip := skipper(set.Logger)
	return newReceiver(cfg.(*Config), set, func(ctx context.Context, records []*kgo.Record) error {
		data := otlpMetrics(records, skip)
		if data.MetricCount() == 0 {
			return nil
		}
		return next.ConsumeMetrics(ctx, data)
	}), nil
}
