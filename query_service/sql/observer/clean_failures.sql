-- Take what was replaced out of the table, and bring it into one part.
OPTIMIZE TABLE known_failures FINAL CLEANUP
