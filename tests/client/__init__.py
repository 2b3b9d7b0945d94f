"""What desks do."""
