-- Which request sends a task again: a second one would not see the first for some seconds.

CREATE TABLE IF NOT EXISTS redrive_claims
(
    task_key String COMMENT 'SHA-256 of message_id and of the id of the answer, or of the task that it was last sent again as' CODEC(ZSTD(1)),
    claim UUID COMMENT 'The request',
    message_id String COMMENT 'Id of the task message' CODEC(ZSTD(1)),
    claimed_at DateTime64(6, 'UTC') COMMENT 'When it was written; the latest wins' CODEC(Delta(8), ZSTD(1)),
    is_deleted UInt8 COMMENT '1: nothing was sent'
)
ENGINE = ReplacingMergeTree(claimed_at, is_deleted)
ORDER BY (task_key, claim)
TTL toDateTime(claimed_at) + INTERVAL 14 DAY
SETTINGS index_granularity = 1024
COMMENT 'Tasks that are sent again, by the request that does it';
