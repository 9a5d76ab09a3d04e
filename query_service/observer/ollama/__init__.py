"""The models of an Ollama server, read through its API."""
