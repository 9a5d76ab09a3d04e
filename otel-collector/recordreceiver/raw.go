package recordreceiver

import (
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
)

// rawLogs makes one log record of each Kafka record: the value's bytes as body, position and listed
// headers (the first value of each) as attributes, `now` as observed time.
func rawLogs(records []*kgo.Record, headers map[string]string, now time.Time) plog.Logs {
	logs := plog.NewLogs()
	out := logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
	out.EnsureCapacity(len(records))
	observed := pcommon.NewTimestampFromTime(now)
	for _, record := range records {
		log := out.AppendEmpty()
		log.SetObservedTimestamp(observed)
		log.Body().SetEmptyBytes().FromRaw(record.Value)
		attributes := log.Attributes()
		attributes.EnsureCapacity(3 + len(record.Headers))
		putPosition(attributes, record)
		for _, header := range record.Headers {
			key, listed := headers[header.Key]
			if !listed {
				continue
			}
			if _, seen := attributes.Get(key); !seen {
				attributes.PutStr(key, string(header.Value))
			}
		}
	}
	return logs
}

// putPosition says where a record lies, whatever stood there before.
func putPosition(attributes pcommon.Map, record *kgo.Record) {
	attributes.PutStr("kafka.topic", record.Topic)
	attributes.PutStr("kafka.partition", strconv.Itoa(int(record.Partition)))
	attributes.PutStr("kafka.offset", strconv.FormatInt(record.Offset, 10))
}

// attributeKeys maps header names to the attributes that hold them.
func attributeKeys(names []string) map[string]string {
	keys := make(map[string]string, len(names))
	for _, name := range names {
		keys[name] = "kafka.header." + name
	}
	return keys
}

// size is what a record counts against max_bytes.
func size(record *kgo.Record) int {
	n := len(record.Key) + len(record.Value)
	for _, header := range record.Headers {
		n += len(header.Key) + len(header.Value)
	}
	return n
}
