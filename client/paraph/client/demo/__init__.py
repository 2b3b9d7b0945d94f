"""The demo: a whole scenario between two ministries, a relay and two bots on one machine."""
