"""The state of the system, section by section."""
