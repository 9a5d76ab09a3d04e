package recordreceiver

import (
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

func TestOtlpTraces(t *testing.T) {
	request := ptrace.NewTraces()
	group := request.ResourceSpans().AppendEmpty()
	group.Resource().Attributes().PutStr("kafka.offset", "liar")
	group.ScopeSpans().AppendEmpty().Spans().AppendEmpty().SetName("one")
	value, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(request)
	if err != nil {
		t.Fatal(err)
	}
	var skipped []int64
	traces := otlpTraces([]*kgo.Record{
		{Topic: "t", Offset: 1, Value: value},
		{Topic: "t", Offset: 2, Value: []byte("\xff\xff")},
		{Topic: "t", Offset: 3, Value: value},
	}, func(record *kgo.Record, _ error) { skipped = append(skipped, record.Offset) })
	if len(skipped) != 1 || skipped[0] != 2 {
		t.Errorf("skipped %v", skipped)
	}
	if traces.SpanCount() != 2 {
		t.Fatalf("%d spans", traces.SpanCount())
	}
	for i, want := range []string{"1", "3"} {
		attributes := traces.ResourceSpans().At(i).Resource().Attributes()
		if got, _ := attributes.Get("kafka.offset"); got.AsString() != want {
			t.Errorf("resource %d has offset %s", i, got.AsString())
		}
		if got, _ := attributes.Get("kafka.topic"); got.AsString() != "t" {
			t.Errorf("resource %d has topic %s", i, got.AsString())
		}
	}
}
