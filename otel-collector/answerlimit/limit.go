// Package answerlimit is a processor that gives every sender an answer in time, also when what
// follows hangs.
package answerlimit

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/processor"
)

// Config says how long a sender waits at most.
type Config struct {
	Timeout time.Duration `mapstructure:"timeout"`
}

// Validate says what cannot work.
func (c *Config) Validate() error {
	if c.Timeout <= 0 {
		return errors.New("timeout must be positive")
	}
	return nil
}

// errLate is no permanent error: receivers tell the sender to try again.
var errLate = errors.New("not taken in time, outcome unknown: send it again")

// NewFactory makes processors of the type answer_limit.
func NewFactory() processor.Factory {
	return processor.NewFactory(
		component.MustNewType("answer_limit"),
		func() component.Config { return &Config{Timeout: 12 * time.Second} },
		processor.WithTraces(newTraces, component.StabilityLevelBeta),
		processor.WithLogs(newLogs, component.StabilityLevelBeta),
		processor.WithMetrics(newMetrics, component.StabilityLevelBeta),
	)
}

type limiter struct {
	component.StartFunc
	component.ShutdownFunc
}

func newTraces(_ context.Context, _ processor.Settings, cfg component.Config, next consumer.Traces) (processor.Traces, error) {
	inner, err := consumer.NewTraces(limited(cfg, next.ConsumeTraces))
	return struct {
		limiter
		consumer.Traces
	}{Traces: inner}, err
}

func newLogs(_ context.Context, _ processor.Settings, cfg component.Config, next consumer.Logs) (processor.Logs, error) {
	inner, err := consumer.NewLogs(limited(cfg, next.ConsumeLogs))
	return struct {
		limiter
		consumer.Logs
	}{Logs: inner}, err
}

func newMetrics(_ context.Context, _ processor.Settings, cfg component.Config, next consumer.Metrics) (processor.Metrics, error) {
	inner, err := consumer.NewMetrics(limited(cfg, next.ConsumeMetrics))
	return struct {
		limiter
		consumer.Metrics
	}{Metrics: inner}, err
}

// limited gives `consume` the time of the limit. A call that is late goes on, since a record that is
// on its way to Kafka cannot be called back; what it writes and the sender sends again is one row.
func limited[D any](cfg component.Config, consume func(context.Context, D) error) func(context.Context, D) error {
	return func(ctx context.Context, data D) error {
		done := make(chan error, 1)
		go func() { done <- consume(ctx, data) }()
		timer := time.NewTimer(cfg.(*Config).Timeout)
		defer timer.Stop()
		select {
		case err := <-done:
			return err
		case <-timer.C:
			return errLate
		}
	}
}
