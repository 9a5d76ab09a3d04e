-- Ids are looked up one by one, all over these tables: of the block that is unpacked for each, a granule of
-- 256 rows is a thirtieth. Parts that are there already take it over when they are merged.

ALTER TABLE message_index MODIFY SETTING min_compress_block_size = 4096;

ALTER TABLE task_answers MODIFY SETTING min_compress_block_size = 4096;

ALTER TABLE task_events MODIFY SETTING min_compress_block_size = 4096;

ALTER TABLE tasks MODIFY SETTING min_compress_block_size = 4096;
