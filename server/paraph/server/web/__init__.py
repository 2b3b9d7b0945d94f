"""The relay over HTTP: routes, answers, listener (SPEC 8)."""
