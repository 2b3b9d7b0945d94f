"""What was said: opened, folded, held back where a key is new, and told in one line."""
