-- The records that close the JSON traces.
INSERT INTO landing_records (Timestamp, Body, LogAttributes)
-- model
SELECT
    time(least(end, trace_ended + 200000)) AS Timestamp,
    base64Encode(format(
        '{{"trace_id":"{}","session_id":"{}","user_id":"user-{}","root_agent_id":"","root_agent_name":"{}","spans":[],"handoffs":[],"start_time":"{}","end_time":"{}","total_duration_ms":{},"total_tokens":0,"total_cost":0.0,"status":"completed","error_message":null,"user_input":"please {}","final_output":"done","metadata":{{}}}}',
        trace_id,
        conversation_id,
        pick('user', t) % 500,
        name(source),
        iso(started),
        iso(trace_ended),
        toString((trace_ended - started) / 1000),
        ['find the cause', 'write the report', 'compare the offers', 'plan the trip'][pick('asked', t) % 4 + 1])) AS Body,
    map(
        'kafka.topic', 'agent-telemetry-traces',
        'kafka.partition', toString(t % 3),
        'kafka.offset', toString(t),
        'kafka.header.timestamp', iso(trace_ended)) AS LogAttributes
FROM pairs
WHERE is_json AND k = 6 AND NOT is_running
