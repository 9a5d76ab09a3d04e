package recordreceiver

import (
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

func TestRawLogs(t *testing.T) {
	now := time.Unix(1_700_000_000, 5)
	record := &kgo.Record{
		Topic: "agent-queue-writer", Partition: 2, Offset: 7, Value: []byte("\xff{}\x00"),
		Headers: []kgo.RecordHeader{
			{Key: "traceparent", Value: []byte("first")},
			{Key: "traceparent", Value: []byte("second")},
			{Key: "kafka.topic", Value: []byte("liar")},
			{Key: "Kafka.Offset", Value: []byte("9")},
			{Key: "unlisted", Value: []byte("x")},
		},
	}
	logs := rawLogs([]*kgo.Record{record, {Topic: "other"}}, attributeKeys([]string{"traceparent"}), now)
	if logs.LogRecordCount() != 2 {
		t.Fatalf("%d log records", logs.LogRecordCount())
	}
	log := logs.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0)
	if got := string(log.Body().Bytes().AsRaw()); got != "\xff{}\x00" {
		t.Errorf("body %q", got)
	}
	if !log.ObservedTimestamp().AsTime().Equal(now) {
		t.Errorf("observed %v", log.ObservedTimestamp().AsTime())
	}
	want := map[string]any{
		"kafka.topic": "agent-queue-writer", "kafka.partition": "2", "kafka.offset": "7",
		"kafka.header.traceparent": "first",
	}
	got := log.Attributes().AsRaw()
	if len(got) != len(want) {
		t.Errorf("attributes %v", got)
	}
	for key, value := range want {
		if got[key] != value {
			t.Errorf("%s is %v, not %v", key, got[key], value)
		}
	}
}

func TestValidate(t *testing.T) {
	good := func() *Config {
		config := defaultConfig()
		config.GroupID, config.Topics = "g", []string{"^a$"}
		return config
	}
	if err := good().Validate(); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*Config){
		"no group":    func(c *Config) { c.GroupID = "" },
		"no topics":   func(c *Config) { c.Topics = nil },
		"bad pattern": func(c *Config) { c.Topics = []string{"^("} },
		"no records":  func(c *Config) { c.MaxRecords = 0 },
		"encoding":    func(c *Config) { c.Encoding = "json" },
		"no linger":   func(c *Config) { c.Linger = 0 },
	} {
		config := good()
		spoil(config)
		if config.Validate() == nil {
			t.Errorf("%s passes", name)
		}
	}
}
