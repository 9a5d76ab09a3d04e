"""The models of a LiteLLM gateway, read through its API."""
