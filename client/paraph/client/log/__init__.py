"""What a channel's folder keeps: the verified log, how it grows, what is on its way (SPEC 6.6)."""
