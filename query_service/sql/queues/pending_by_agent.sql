-- Tasks that wait for an answer now by agent: counts, and the oldest 50 as JSON. A long payload is
-- cut to its first 200 characters, a record nested too deep is shown as text.
WITH
    arrayMap(b -> if(b IN ('[', '{'), 1, -1), extractAll(replaceRegexpAll(body, '"(?:[^"\\\\]|\\\\.)*"', ''), '[\\[\\]{}]')) AS brackets,
    countSubstrings(body, '[') + countSubstrings(body, '{') > 200 AND arrayMax(arrayCumSum(brackets)) > 200 AS is_deep,
    JSONExtractKeysAndValuesRaw(body) AS fields,
    JSONExtractRaw(body, 'payload') AS payload,
    trimBoth(substring(body, position(body, '{') + 1)) AS inner
SELECT
    agent,
    count() AS pending_tasks,
    sumMap(map(state, 1)) AS by_state,
    sumMap(map(toString(priority), 1)) AS by_priority,
    min(event_time) AS oldest,
    arrayStringConcat(arrayMap(t -> t.3, groupArraySorted(50)((event_time, message_id, text))), ', ') AS pending,
    least(50, count()) AS shown
FROM
(
    SELECT
        agent, message_id, state, priority, event_time,
        toUnixTimestamp64Nano({now:DateTime64(9, 'UTC')}) - toUnixTimestamp64Nano(event_time) AS waited,
        concat(
            '{"message_id": ', toJSONString(message_id),
            ', "state": "', state,
            '", "waiting_seconds": ', if(waited < 0, 'null, "clock_skew": true', toString(round(waited / 1e9, 6))),
            ', "messages_before": ', ifNull(toString(behind), 'null'),
            multiIf(
                is_deep, concat(', "record": ', toJSONString(toValidUTF8(body)), '}'),
                length(body) > 200 AND lengthUTF8(payload) > 200, concat(
                    ', "payload": null, "payload_preview": ', toJSONString(substringUTF8(toValidUTF8(payload), 1, 200)),
                    arrayStringConcat(arrayMap(f -> concat(', ', toJSONString(f.1), ': ', toValidUTF8(f.2)), arrayFilter(f -> f.1 != 'payload', fields))), '}'),
                concat(if(startsWith(inner, '}'), '', ', '), toValidUTF8(inner)))) AS text
    FROM open_task_states(now = {now:DateTime64(9, 'UTC')}, read = {read:Array(String)})
)
GROUP BY agent
