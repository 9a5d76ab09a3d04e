"""Who may ask what: keys, roles, and what a browser and a stranger may not do."""
