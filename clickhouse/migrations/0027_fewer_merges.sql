-- A live system inserts a few hundred rows at a time, and each part of some 100 kB was merged ten times over before
-- it was large. Ten such parts are merged at once now, not five: half of the merging while few messages arrive. Tables
-- in which ids are looked up all over (message_index, tasks, task_answers, task_events, open_tasks) stay as
-- they are: each part costs a lookup.

ALTER TABLE agent_messages MODIFY SETTING merge_selector_base = 10;

ALTER TABLE agent_names MODIFY SETTING merge_selector_base = 10;

ALTER TABLE arrivals MODIFY SETTING merge_selector_base = 10;

ALTER TABLE search_ids MODIFY SETTING merge_selector_base = 10;

ALTER TABLE trace_messages MODIFY SETTING merge_selector_base = 10;

ALTER TABLE otel_traces MODIFY SETTING merge_selector_base = 10;

ALTER TABLE span_outlines MODIFY SETTING merge_selector_base = 10;

ALTER TABLE span_ends MODIFY SETTING merge_selector_base = 10;

ALTER TABLE trace_buckets MODIFY SETTING merge_selector_base = 10;

ALTER TABLE trace_index MODIFY SETTING merge_selector_base = 10;

ALTER TABLE otel_logs MODIFY SETTING merge_selector_base = 10;

ALTER TABLE events MODIFY SETTING merge_selector_base = 10;

ALTER TABLE event_times MODIFY SETTING merge_selector_base = 10;
