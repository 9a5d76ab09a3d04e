SELECT count() AS merges FROM system.merges
