"""Parameters of the endpoints: names, defaults and bounds, checked before any query runs."""
