"""What goes in (parameters) and what comes out (records) of the REST interface."""
