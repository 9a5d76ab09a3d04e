"""A real LiteLLM gateway on this machine, whose models answer without being called."""
