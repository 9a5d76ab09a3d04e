package recordreceiver

import (
	"github.com/twmb/franz-go/pkg/kgo"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.uber.org/zap"
)

// skipFunc is told of a record that does not decode. It is passed over: its offset is committed and
// no row has it, so that whoever compares offsets and rows finds the gap.
type skipFunc func(*kgo.Record, error)

func skipper(logger *zap.Logger) skipFunc {
	return func(record *kgo.Record, err error) {
		logger.Error("record does not decode, passed over", zap.String("topic", record.Topic),
			zap.Int32("partition", record.Partition), zap.Int64("offset", record.Offset), zap.Error(err))
	}
}

// otlpTraces joins the records' requests; every resource gets its record's position.
func otlpTraces(records []*kgo.Record, skip skipFunc) ptrace.Traces {
	all, decoder := ptrace.NewTraces(), ptrace.ProtoUnmarshaler{}
	for _, record := range records {
		one, err := decoder.UnmarshalTraces(record.Value)
		if err != nil {
			skip(record, err)
			continue
		}
		for _, group := range one.ResourceSpans().All() {
			putPosition(group.Resource().Attributes(), record)
		}
		one.ResourceSpans().MoveAndAppendTo(all.ResourceSpans())
	}
	return all
}

// otlpLogs does the same for logs.
func otlpLogs(records []*kgo.Record, skip skipFunc) plog.Logs {
	all, decoder := plog.NewLogs(), plog.ProtoUnmarshaler{}
	for _, record := range records {
		one, err := decoder.UnmarshalLogs(record.Value)
		if err != nil {
			skip(record, err)
			continue
		}
		for _, group := range one.ResourceLogs().All() {
			putPosition(group.Resource().Attributes(), record)
		}
		one.ResourceLogs().MoveAndAppendTo(all.ResourceLogs())
	}
	return all
}

// otlpMetrics does the same for metrics.
func otlpMetrics(records []*kgo.Record, skip skipFunc) pmetric.Metrics {
	all, decoder := pmetric.NewMetrics(), pmetric.ProtoUnmarshaler{}
	for _, record := range records {
		one, err := decoder.UnmarshalMetrics(record.Value)
		if err != nil {
			skip(record, err)
			continue
		}
		for _, group := range one.ResourceMetrics().All() {
			putPosition(group.Resource().Attributes(), record)
		}
		one.ResourceMetrics().MoveAndAppendTo(all.ResourceMetrics())
	}
	return all
}
