"""The verified log of a channel on this disk, and how it grows (SPEC 6.6). Nothing is opened."""
