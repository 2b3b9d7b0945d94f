"""The catalogue of what can be said, clear and sealed."""
