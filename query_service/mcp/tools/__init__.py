"""One file for each tool: what it asks the service, and how it tells the answer."""
