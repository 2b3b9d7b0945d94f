"""The audit: a bundle that stands on its own, and the one command that checks it offline."""
