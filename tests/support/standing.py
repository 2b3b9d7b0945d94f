"""Makers of recalls for tests."""

from paraph.protocol.statements.recall import Recalled
from tests.support import negotiating as talk


def recalled(subject: bytes, reason: str = "Sent in error.") -> Recalled:
    return Recalled(header=talk.header(), subject=subject, reason=reason)
