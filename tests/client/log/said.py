"""Something said over a relay in memory, and bytes that nobody signed."""

from __future__ import annotations

from tests.support.memory_relay import MemoryRelay


async def say(relay: MemoryRelay, code: str = "RUS", record: bytes = b"content") -> int:
    envelope, body = relay.channel.seal(relay.channel.party(code).person("desk_officer"), record)
    return (await relay.submit(envelope, body)).index


def bent(envelope: bytes) -> bytes:
    return envelope[:-1] + bytes([envelope[-1] ^ 1])
