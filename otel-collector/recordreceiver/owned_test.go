package recordreceiver

import (
	"context"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"
)

func TestOnlyOwnedPartitionsAreMarked(t *testing.T) {
	o := owned{partitions: map[string]map[int32]bool{}}
	ctx := context.Background()
	o.assigned(ctx, nil, map[string][]int32{"a": {0, 1}, "b": {0}})
	o.assigned(ctx, nil, map[string][]int32{"a": {2}})
	o.lost(ctx, nil, map[string][]int32{"a": {1}, "unknown": {0}})

	var marked []*kgo.Record
	o.mark([]*kgo.Record{
		{Topic: "a", Partition: 0}, {Topic: "a", Partition: 1}, {Topic: "a", Partition: 2},
		{Topic: "b", Partition: 0}, {Topic: "b", Partition: 1}, {Topic: "c", Partition: 0},
	}, func(records ...*kgo.Record) { marked = records })

	want := []kgo.Record{{Topic: "a", Partition: 0}, {Topic: "a", Partition: 2}, {Topic: "b", Partition: 0}}
	if len(marked) != len(want) {
		t.Fatalf("marked %d records, want %d", len(marked), len(want))
	}
	for i, record := range marked {
		if record.Topic != want[i].Topic || record.Partition != want[i].Partition {
			t.Errorf("marked %s/%d, want %s/%d", record.Topic, record.Partition, want[i].Topic, want[i].Partition)
		}
	}
}
