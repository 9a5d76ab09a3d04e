-- Take signs of tasks that are not open, and the marks on them, out of the table.
OPTIMIZE TABLE open_signs FINAL CLEANUP
