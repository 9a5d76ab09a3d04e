-- Take answered tasks, and the marks of their answers, out of the table.
OPTIMIZE TABLE open_tasks FINAL CLEANUP
