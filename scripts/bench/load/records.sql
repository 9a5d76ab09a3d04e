-- Tasks and answers. Lanes: `early` and `late` answers are inserted before and after all else,
-- `again` repeats one record in 200 as it was (a redelivery).
INSERT INTO landing_records (Timestamp, Body, LogAttributes)
-- model
    ,
    -- About a million characters, out of which payloads are cut.
    (
        SELECT arrayStringConcat(arrayMap(i -> if(i % 15 = 0, toString(pick('figure', i) % 100000), [
            'the', 'agent', 'of', 'a', 'model', 'found', 'answer', 'in', 'document', 'and', 'to',
            'because', 'customer', 'which', 'price', 'was', 'not', 'delivered', 'before', 'with',
            'analysis', 'shows', 'table', 'query', 'result', 'over', 'last', 'quarter', 'should',
            'be', 'checked', 'by', 'another', 'reviewer', 'function', 'returns', 'value', 'when',
            'cache', 'is', 'empty', 'translated', 'paragraph', 'contains', 'unknown', 'terms',
            'please', 'compare', 'both', 'versions', 'error', 'rate', 'dropped', 'after', 'release',
            'users', 'report', 'that', 'summary', 'misses'][pick('prose', i) % 60 + 1]), range(170000)), ' ')
    ) AS prose
SELECT
    time(least(end + 200000, happened + 20000 + toInt64(pick('way', rid) % 200000)
        + multiIf(copy = 1, 1000000, lane = 'late', 600000000, 0))) AS Timestamp,
    base64Encode(concat(format(
        '{{"message_id":"{}","source_agent":"{}","target_agent":"{}","message_type":"{}","priority":"{}","payload":{},"trace_id":"{}","span_id":"{}","parent_message_id":{},"reason":"{}","timestamp":"{}","ttl_seconds":{}',
        if(side = 0, task_id, answer_id),
        name(if(side = 0, source, target)),
        name(queue),
        message_type,
        priority,
        multiIf(
            message_type = 'error', concat('{"error":', toJSONString(error_message), ',"error_type":"', error_type, '","error_id":"', error_id, '"}'),
            message_type = 'heartbeat', '{"status":"alive"}',
            side = 0, concat('{"task":"', reason, '","number":', toString(p), ',"text":"', words, '"}'),
            concat('{"result":"', words, '","agent":"', name(target), '"}')),
        trace_id,
        sent_by,
        if(side = 0 OR message_type = 'heartbeat', 'null', concat('"', task_id, '"')),
        reason,
        iso(happened),
        if(side = 1 OR ttl = 0, 'null', toString(ttl))), '}')) AS Body,
    mapFilter((header, value) -> value != '', map(
        'kafka.topic', concat('agent-queue-', slug(queue)),
        'kafka.partition', toString(partition),
        'kafka.offset', toString(intDiv(p, 2000) * each_cycle + rank),
        'kafka.header.traceparent', concat('00-', trace_id, '-', sent_by, '-01'),
        'kafka.header.message-id', if(side = 0, task_id, answer_id),
        'kafka.header.cause-message-id', multiIf(side = 1, task_id, k % 2 = 1, uuid('task', p - 1), ''),
        'kafka.header.conversation-id', conversation_id,
        'kafka.header.hop-count', toString(1 + side + k % 2),
        'kafka.header.attempt', if(copy = 1, '', '1'),
        'kafka.header.enqueued-ms', toString(intDiv(happened, 1000)),
        'kafka.header.service', concat('agent-', slug(if(side = 0, source, target))))) AS LogAttributes
FROM
(
    SELECT
        *,
        p * 2 + side AS rid,
        if(side = 0, 'task', answer_type) AS message_type,
        if(side = 0, sent, answered) AS happened,
        if(k >= 6, span_id('root', t), span_id(if(side = 0 OR is_open, 'send', 'work'), p)) AS sent_by,
        ['look it up', 'write a draft', 'review the change', 'find the cause', 'compare the offers',
         'summarise the thread', 'translate the page', 'plan the next steps'][pick('reason', p) % 8 + 1] AS reason,
        multiIf(side = 0 OR copy = 1, 'main', pick('lane', p) % 200 = 0, 'early', pick('lane', p) % 200 = 1, 'late', 'main') AS lane,
        substring(prose, 1 + pick('from', rid) % 900000,
            if(pick('size', rid) % 4000 = 0, 100000, 200 + toUInt32(1700 * pow(share('length', rid), 2)))) AS words
    FROM pairs
    INNER JOIN positions ON positions.slot = pairs.slot
    WHERE lane = {lane:String} OR {lane:String} = 'again' AND pick('again', rid) % 200 = 0
)
