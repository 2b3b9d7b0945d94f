"""The relay: one process that can read nothing and forge nothing (SPEC 8)."""
