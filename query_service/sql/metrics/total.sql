-- How many metrics of single spans there are: records, and ended spans of OTLP without one.
WITH recorded AS
(
    SELECT trace_id, JSONExtractString(record, 'metrics', 'span_id') AS span_id
    FROM span_metrics FINAL
    WHERE event_time <= {at:DateTime64(9, 'UTC')}
        AND event_time >= {since:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')}
        AND ({trace_id:String} = '' OR trace_id = {trace_id:String})
        AND ({agent:String} = '' OR replaceAll(lower(splitByChar(':', agent_name)[1]), ' ', '-') = {agent:String})
)
SELECT
    (SELECT count() FROM recorded) AS records,
    (
        SELECT count()
        FROM span_outlines FINAL
        WHERE span_id IN (SELECT span_id FROM recorded) AND NOT is_record
            AND least(end_time, toDateTime64('2100-01-01 00:00:00', 9, 'UTC')) <= {at:DateTime64(9, 'UTC')}
            AND event_time >= {since:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')}
            AND ({trace_id:String} = '' OR trace_id = {trace_id:String})
            AND ({agent:String} = '' OR replaceAll(lower(splitByChar(':', agent_name)[1]), ' ', '-') = {agent:String})
    ) AS recorded_spans,
    (
        SELECT count()
        FROM span_outlines FINAL
        WHERE {trace_id:String} != '' AND (bucket, trace_id) IN (SELECT bucket, trace_id FROM trace_buckets WHERE trace_id = {trace_id:String})
            AND NOT is_record AND least(end_time, toDateTime64('2100-01-01 00:00:00', 9, 'UTC')) <= {at:DateTime64(9, 'UTC')}
            AND event_time >= {since:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')}
            AND ({agent:String} = '' OR replaceAll(lower(splitByChar(':', agent_name)[1]), ' ', '-') = {agent:String})
    ) AS spans_of_trace
