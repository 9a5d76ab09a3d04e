-- Records of some traces, of each the version that counts.
SELECT
    trace_id, event_time AS start_time, toUnixTimestamp64Nano(start_time) AS key_time, r.end_time AS last_end, toUnixTimestamp64Nano(last_end) AS last_end_ns,
    ifNull(last_end, start_time) <= {at:DateTime64(9, 'UTC')} AS is_known,
    status, session_id, user_id,
    substringUTF8(toValidUTF8(r.user_input), 1, 200) AS user_input,
    substringUTF8(toValidUTF8(r.final_output), 1, 200) AS final_output,
    toValidUTF8(r.record) AS record
FROM trace_records AS r FINAL
WHERE trace_id IN {trace_ids:Array(String)}
