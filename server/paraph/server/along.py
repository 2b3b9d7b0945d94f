"""Bodies that travel along with their entries, so that a desk need not ask for each (SPEC 8.3)."""

from __future__ import annotations

import collections
from collections.abc import Iterator, Mapping
from typing import Final

from paraph.protocol.names import KeyId
from paraph.protocol.wire import FRAME, MAX_MESSAGES, MAX_NOTE, Entries
from paraph.server.batch import Prepared

MOST_ALONG: Final = 64 * 1024
"""Bytes of a body that travels along; a larger one is fetched by whoever wants it."""
MOST_BYTES: Final = FRAME.size - MAX_NOTE - 8 * 1024
"""Bytes of entries and bodies in one message, so that it fits a frame with its note."""
MOST_RECENT: Final = 4 * MAX_MESSAGES
"""Bodies kept at hand: those of a few batches, at most 16 MiB."""


class Recent:
    """Bodies of what was checked last, by envelope: they are pushed when it is placed."""

    def __init__(self) -> None:
        self._bodies: collections.OrderedDict[bytes, tuple[KeyId, bytes]] = (
            collections.OrderedDict()
        )

    def keep(self, prepared: Prepared) -> None:
        """Keep a body that was found to be the one its statement names."""
        unverified, body = prepared.verified.unverified, prepared.body
        if prepared.fault is not None or not body or len(body) > MOST_ALONG:
            return
        self._bodies[unverified.envelope] = KeyId(unverified.statement.sender), body
        if len(self._bodies) > MOST_RECENT:
            self._bodies.popitem(last=False)

    def join(self, entries: Entries, reader: KeyId) -> Iterator[Entries]:
        """Yield *entries* with the bodies that are at hand, except what *reader* said itself."""
        found = (self._bodies.get(each) for each in entries.envelopes)
        bodies = {
            at: each[1] for at, each in enumerate(found) if each is not None and each[0] != reader
        }
        return joined(entries, bodies)


def joined(entries: Entries, bodies: Mapping[int, bytes]) -> Iterator[Entries]:
    """Yield *entries* with *bodies*, by place, in messages that fit a frame; the last has the note.

    Bodies that are too large to travel along are left out.
    """
    start = size = 0
    for at, envelope in enumerate(entries.envelopes):
        weight = len(envelope) + len(_along(bodies, at))
        if size and size + weight > MOST_BYTES:
            yield _part(entries, bodies, start, at)
            start, size = at, 0
        size += weight
    yield _part(entries, bodies, start, len(entries.envelopes))


def _along(bodies: Mapping[int, bytes], at: int) -> bytes:
    body = bodies.get(at, b"")
    return body if len(body) <= MOST_ALONG else b""


def _part(entries: Entries, bodies: Mapping[int, bytes], start: int, stop: int) -> Entries:
    found = (_along(bodies, at) for at in range(start, stop))
    return Entries(
        request=entries.request,
        start=entries.start + start,
        envelopes=entries.envelopes[start:stop],
        bodies=tuple(each for each in found if each),
        note=entries.note if stop == len(entries.envelopes) else b"",
    )
