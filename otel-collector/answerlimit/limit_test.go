package answerlimit

import (
	"context"
	"errors"
	"testing"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor"
)

func TestTheOutcomeIsHandedOn(t *testing.T) {
	refused := errors.New("refused")
	for _, want := range []error{nil, refused} {
		consume := limited(&Config{Timeout: time.Minute}, func(context.Context, int) error { return want })
		got := consume(context.Background(), 1)
		if !errors.Is(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
}

func TestWhatHangsIsAnsweredAndGoesOn(t *testing.T) {
	release, ended := make(chan struct{}), make(chan struct{})
	consume := limited(&Config{Timeout: time.Millisecond}, func(context.Context, int) error {
		defer close(ended)
		<-release
		return nil
	})
	err := consume(context.Background(), 1)
	if !errors.Is(err, errLate) {
		t.Errorf("got %v", err)
	}
	close(release)
	<-ended
}

func TestEverySignalHasTheLimit(t *testing.T) {
	ctx, factory := context.Background(), NewFactory()
	set := processor.Settings{ID: component.NewID(factory.Type())}
	cfg := &Config{Timeout: time.Millisecond}
	release := make(chan struct{})
	defer close(release)
	hang := func() error { <-release; return nil }
	nextTraces, _ := consumer.NewTraces(func(context.Context, ptrace.Traces) error { return hang() })
	nextLogs, _ := consumer.NewLogs(func(context.Context, plog.Logs) error { return hang() })
	nextMetrics, _ := consumer.NewMetrics(func(context.Context, pmetric.Metrics) error { return hang() })
	traces, err := factory.CreateTraces(ctx, set, cfg, nextTraces)
	if err != nil {
		t.Fatal(err)
	}
	logs, err := factory.CreateLogs(ctx, set, cfg, nextLogs)
	if err != nil {
		t.Fatal(err)
	}
	metrics, err := factory.CreateMetrics(ctx, set, cfg, nextMetrics)
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string]error{
		"traces":  traces.ConsumeTraces(ctx, ptrace.NewTraces()),
		"logs":    logs.ConsumeLogs(ctx, plog.NewLogs()),
		"metrics": metrics.ConsumeMetrics(ctx, pmetric.NewMetrics()),
	} {
		if !errors.Is(got, errLate) {
			t.Errorf("%s: got %v", name, got)
		}
	}
}
