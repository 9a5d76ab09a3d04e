"""What the endpoints answer, for the OpenAPI document: one file for each group of endpoints."""
