package recordreceiver

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/receiver"
	"go.uber.org/zap"
)

const (
	commitInterval    = time.Second
	sessionTimeout    = 10 * time.Second // how long a killed Collector's partitions wait
	fetchMaxWait      = 250 * time.Millisecond
	kgoMetadataMinAge = 2500 * time.Millisecond
	maxPartitionBytes = 1 << 20
	firstRetry        = 200 * time.Millisecond
	lastRetry         = 5 * time.Second
)

// recordReceiver reads, hands on, marks, in one loop: only one batch is ever in flight, so what is
// held does not grow with the number of partitions, and a mark never passes a record that is not
// stored.
type recordReceiver struct {
	config *Config
	logger *zap.Logger
	// consume gives the pipeline data made anew for each call, since the pipeline owns what it gets.
	consume func(context.Context, []*kgo.Record) error

	client *kgo.Client
	owned  owned
	cancel context.CancelFunc
	done   sync.WaitGroup
}

func newReceiver(config *Config, set receiver.Settings, consume func(context.Context, []*kgo.Record) error) *recordReceiver {
	return &recordReceiver{config: config, logger: set.Logger, consume: consume}
}

// Start connects in the background: a broker that is away now is waited for.
func (r *recordReceiver) Start(ctx context.Context, _ component.Host) error {
	client, err := newClient(ctx, r.config, &r.owned)
	if err != nil {
		return err
	}
	loop, cancel := context.WithCancel(context.Background())
	r.client, r.cancel = client, cancel
	r.done.Go(func() { r.run(loop) })
	return nil
}

// Shutdown gives up the batch in flight unless it is stored, commits the marks and leaves the group.
func (r *recordReceiver) Shutdown(ctx context.Context) error {
	if r.client == nil {
		return nil
	}
	r.cancel()
	r.done.Wait()
	err := r.client.CommitMarkedOffsets(ctx)
	r.client.Close()
	return err
}

func (r *recordReceiver) run(ctx context.Context) {
	for ctx.Err() == nil {
		if records := r.gather(ctx); len(records) > 0 && r.deliver(ctx, records) {
			r.owned.mark(records, r.client.MarkCommitRecords)
		}
	}
}

// gather waits for a first record, then for more until the batch is full or linger has passed.
func (r *recordReceiver) gather(ctx context.Context) []*kgo.Record {
	var records []*kgo.Record
	poll, bytes := ctx, 0
	for len(records) < r.config.MaxRecords && bytes < r.config.MaxBytes {
		fetches := r.client.PollRecords(poll, r.config.MaxRecords-len(records))
		if poll.Err() == nil {
			fetches.EachError(func(topic string, partition int32, err error) {
				r.logger.Warn("fetch failed, trying again", zap.String("topic", topic),
					zap.Int32("partition", partition), zap.Error(err))
			})
		}
		fetches.EachRecord(func(record *kgo.Record) {
			records = append(records, record)
			bytes += size(record)
		})
		if poll.Err() != nil {
			break
		}
		if poll == ctx && len(records) > 0 {
			linger, cancel := context.WithTimeout(ctx, r.config.Linger)
			defer cancel()
			poll = linger
		}
	}
	return records
}

// deliver tries until the pipeline takes the batch; false when the receiver stops before.
func (r *recordReceiver) deliver(ctx context.Context, records []*kgo.Record) bool {
	for wait := firstRetry; ; wait = min(2*wait, lastRetry) {
		err := r.consume(ctx, records)
		if err == nil {
			return true
		}
		if !errors.Is(err, context.Canceled) {
			r.logger.Warn("batch not taken, trying again", zap.Duration("after", wait), zap.Error(err))
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(wait):
		}
	}
}
