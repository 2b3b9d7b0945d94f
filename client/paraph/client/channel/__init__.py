"""One person in one channel: joining it, the desk, and what is seen and granted there."""
