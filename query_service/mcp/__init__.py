"""The MCP server: ten tools that read, for Claude Code and other models."""
