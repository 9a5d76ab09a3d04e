"""The service that answers what agents do: REST over SQL, the observer, the command line."""
