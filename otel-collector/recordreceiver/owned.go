package recordreceiver

import (
	"context"
	"sync"

	"github.com/twmb/franz-go/pkg/kgo"
)

// owned knows which partitions are this member's. A batch may outlive the ownership of its
// partitions; a mark on one that has gone would be committed over the work of the new owner.
type owned struct {
	mu         sync.Mutex
	partitions map[string]map[int32]bool
}

// assigned is franz-go's OnPartitionsAssigned.
func (o *owned) assigned(_ context.Context, _ *kgo.Client, added map[string][]int32) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for topic, partitions := range added {
		if o.partitions[topic] == nil {
			o.partitions[topic] = map[int32]bool{}
		}
		for _, partition := range partitions {
			o.partitions[topic][partition] = true
		}
	}
}

// revoked is franz-go's OnPartitionsRevoked: what is marked by now is committed, nothing later.
func (o *owned) revoked(ctx context.Context, client *kgo.Client, gone map[string][]int32) {
	o.lost(ctx, client, gone)
	_ = client.CommitMarkedOffsets(ctx) // what this misses is read again
}

// lost is franz-go's OnPartitionsLost.
func (o *owned) lost(_ context.Context, _ *kgo.Client, gone map[string][]int32) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for topic, partitions := range gone {
		for _, partition := range partitions {
			delete(o.partitions[topic], partition)
		}
	}
}

// mark calls `mark` with those of the records whose partition is still owned.
func (o *owned) mark(records []*kgo.Record, mark func(...*kgo.Record)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	kept := make([]*kgo.Record, 0, len(records))
	for _, record := range records {
		if o.partitions[record.Topic][record.Partition] {
			kept = append(kept, record)
		}
	}
	mark(kept...)
}
