-- What seven detectors compare with.

CREATE OR REPLACE VIEW usual_spans AS
WITH
    toStartOfFiveMinutes(toDateTime({until:DateTime64(9, 'UTC')}, 'UTC')) AS past_end,
    (
        SELECT least(toDateTime(max(position), 'UTC'), toStartOfInterval(past_end, INTERVAL 6 HOUR))
        FROM observer_progress FINAL
        WHERE job = 'traces'
    ) AS parts_end
SELECT
    bucket, agent, name, kind, model, spans, ended, errors, input_tokens, output_tokens, cost, priced, duration_ns, durations, first_seen, last_seen
FROM span_rollups AS f FINAL
-- Of the key alone, so that it may be read before what counts is known.
PREWHERE f.step = 21600 AND f.bucket >= past_end - INTERVAL 7 DAY AND f.bucket < parts_end
    OR f.step = 3600 AND f.bucket >= greatest(parts_end, past_end - INTERVAL 7 DAY) AND f.bucket < toStartOfHour(past_end)
    OR f.step = 300 AND f.bucket >= toStartOfHour(past_end) AND f.bucket < past_end
COMMENT 'Figures of like spans in the seven days before a time, as last worked out, to be added up; usual_spans(until)';
