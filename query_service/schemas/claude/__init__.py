"""What the endpoints for models answer."""
