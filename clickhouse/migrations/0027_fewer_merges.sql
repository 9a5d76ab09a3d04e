-- A live system inserts a few hundred rows at a time. Up to 5 MB parts count as alike, so that every fifth insert rewrote
-- all of the last minutes: each row of these tables ten times over, and 100,000 rows a second. Ten such parts are merged at
-- once now, not five.

ALTER TABLE agent_messages MODIFY SETTING merge_selector_base = 10;

ALTER TABLE agent_names MODIFY SETTING merge_selector_base = 10;

ALTER TABLE arrivals MODIFY SETTING merge_selector_base = 10;

ALTER TABLE event_times MODIFY SETTING merge_selector_base = 10;

ALTER TABLE events MODIFY SETTING merge_selector_base = 10;

ALTER TABLE message_index MODIFY SETTING merge_selector_base = 10;

ALTER TABLE open_tasks MODIFY SETTING merge_selector_base = 10;

ALTER TABLE otel_logs MODIFY SETTING merge_selector_base = 10;

ALTER TABLE otel_traces MODIFY SETTING merge_selector_base = 10;

ALTER TABLE search_ids MODIFY SETTING merge_selector_base = 10;

ALTER TABLE span_ends MODIFY SETTING merge_selector_base = 10;

ALTER TABLE span_outlines MODIFY SETTING merge_selector_base = 10;

ALTER TABLE task_answers MODIFY SETTING merge_selector_base = 10;

ALTER TABLE task_events MODIFY SETTING merge_selector_base = 10;

ALTER TABLE tasks MODIFY SETTING merge_selector_base = 10;

ALTER TABLE trace_buckets MODIFY SETTING merge_selector_base = 10;

ALTER TABLE trace_index MODIFY SETTING merge_selector_base = 10;

ALTER TABLE trace_messages MODIFY SETTING merge_selector_base = 10;
