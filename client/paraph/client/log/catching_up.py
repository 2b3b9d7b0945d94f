"""A long log, taken in piece by piece, signatures checked ahead of what is applied (SPEC 8.3)."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import os
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from typing import Final

from paraph.client.log.checkers import UNANSWERED, Checkers, Question
from paraph.client.log.signatures import Lookup
from paraph.protocol import signed
from paraph.protocol.errors import (
    MalformedError,
    ParaphError,
    UnavailableError,
    UnsupportedError,
)
from paraph.protocol.names import ChannelId
from paraph.protocol.note import parse_head, parse_note
from paraph.protocol.relay import RelayChannel
from paraph.protocol.sentences import worded
from paraph.protocol.signed import Verified
from paraph.protocol.wire import Entries

Known = Mapping[bytes, Verified]
"""Envelopes that need no second check."""

LONG: Final = 1024
"""Entries after which it pays to start processes: they take as long as so many signatures."""
AHEAD: Final = 16
"""Pages, of at most 64 entries, that are checked before the oldest of them is taken in."""
TOGETHER: Final = 2
"""Pages taken in at once where there are more: one durable step for all of them."""


async def pages(relay: RelayChannel, start: int) -> AsyncGenerator[Entries, None]:
    """Yield what the relay has from *start* on; the next answer travels while one is looked at.

    Raises:
        MalformedError: An answer leaves a gap.
        UnavailableError: Connection or relay failed, or it gives less than it announces.
    """
    asked = asyncio.ensure_future(relay.entries(start))
    try:
        more = True
        while more:
            served, more = _covered(await asked, start)
            start += len(served.envelopes)
            if more:
                asked = asyncio.ensure_future(relay.entries(start))
            yield served
    finally:
        asked.cancel()
        with contextlib.suppress(asyncio.CancelledError, ParaphError):
            await asked


def _covered(served: Entries, start: int) -> tuple[Entries, bool]:
    # What of an answer its head covers, and whether there is more to ask for. The rest is asked
    # for again: were it taken in, nothing could be signed here before the next head comes.
    if served.start != start:
        raise MalformedError(worded("expected entries from %(start)s on", start=start), code="gap")
    after = start + len(served.envelopes)
    size = parse_head(parse_note(served.note).text).size if served.note else -1
    if start < size < after:
        return dataclasses.replace(served, envelopes=served.envelopes[: size - start]), True
    if served.envelopes:  # a head that covers none of them promises nothing: it is merely older
        return served, size > after or not served.note
    if size > after or not served.note:
        raise UnavailableError("the relay announces entries that it does not give", code="withheld")
    return served, False


async def checked_ahead(
    served: AsyncIterator[Entries], channel: ChannelId, lookup: Lookup
) -> AsyncGenerator[tuple[Sequence[Entries], Known], None]:
    """Yield pages in order, some at a time, with what of them was found signed by then.

    What is missing there is for the caller to check: it is malformed, or forged, or by somebody
    not enrolled when it came.
    """
    entries, waiting = 0, deque[tuple[Entries, _Asked]]()
    async with contextlib.AsyncExitStack() as ending:
        checkers = None
        async for page in served:
            entries += len(page.envelopes)
            if checkers is None and entries > LONG and (os.cpu_count() or 1) > 1:
                checkers = await ending.enter_async_context(Checkers())
            if checkers is None:
                yield (page,), {}
                continue
            waiting.append((page, _Asked(page.envelopes, channel, lookup, checkers)))
            if len(waiting) == AHEAD + TOGETHER:
                yield await _first(waiting)
        while waiting:
            yield await _first(waiting)


async def _first(waiting: deque[tuple[Entries, _Asked]]) -> tuple[Sequence[Entries], Known]:
    taken = [waiting.popleft() for _ in range(min(TOGETHER, len(waiting)))]
    known: dict[bytes, Verified] = {}
    for _, asked in taken:
        known.update(await asked.known())
    return [page for page, _ in taken], known


class _Asked:
    # The statements of a page by senders that are known, and who is checking them.

    def __init__(
        self, envelopes: Sequence[bytes], channel: ChannelId, lookup: Lookup, checkers: Checkers
    ) -> None:
        self._questions: Final[list[Question]] = []
        for each in envelopes:
            with contextlib.suppress(MalformedError, UnsupportedError):
                unverified = signed.read(each)
                member = lookup(signed.sender_of(unverified))
                if member is not None and unverified.statement.channel == channel:
                    self._questions.append((unverified, member.key))
        self._answer: Final = checkers.ask(self._questions)

    async def known(self) -> Known:
        try:
            found = await self._answer
        except UNANSWERED:
            return {}
        return {
            unverified.envelope: signed.assume_checked(unverified, key)
            for (unverified, key), is_signed in zip(self._questions, found, strict=True)
            if is_signed
        }
