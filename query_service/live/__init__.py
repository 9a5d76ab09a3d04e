"""What becomes visible, sent on at once: by WebSocket and by server-sent events."""
