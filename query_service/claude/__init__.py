"""Answers for models: figures of a window, and what is wrong in words."""
