"""What the pages of an unlocked desk rest on, computed while nobody waits for an answer.

It runs in the loop, in slices of a few milliseconds, and never in a thread: a thread would hold
the interpreter's lock for as long as a slice, and two could compute the same. Only the words of a
fingerprint are stretched in one, which holds no lock.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from paraph.client import cycles
from paraph.client.channel.desk import Desk
from paraph.client.keys import founding
from paraph.client.negotiating import ahead, searching
from paraph.client.negotiating import fingerprint as making
from paraph.client.negotiating.fingerprint import Fingerprint
from paraph.client.web.hints import Hints
from paraph.protocol import words
from paraph.protocol.errors import UnreadableError
from paraph.protocol.negotiation.state import Negotiation, State

SLICE_S: Final = 0.004
"""How long a page may have to wait for one slice."""
REST_S: Final = 0.3
"""How long it stands still after a page: the browser asks for what belongs to it, and paints."""
CALM_S: Final = 5.0
"""How long nothing must have come before words are made of what came: they take a core."""


class Warming:
    """Computes ahead for some desks.

    Args:
        desks: Of shared channels.
        chancery: Of the internal channel, if there is one.
        state_of: What a desk knows.
        hints: Say that something came.
        more: What else is made once, after everything.

    Attributes:
        spoken: The newest fingerprint of each desk whose words were made.
        wanted: Somebody saw a page without words: tell it when they are there.
        calm: Set while nothing is left to be made.
    """

    def __init__(
        self,
        desks: Iterable[Desk],
        chancery: Desk | None,
        state_of: Callable[[Desk], State],
        hints: Hints,
        more: Callable[[], Iterator[object]],
    ) -> None:
        self.spoken: Final[dict[Desk, Fingerprint]] = {}
        self.wanted = False
        self.calm: Final = asyncio.Event()
        self._desks: Final = tuple(desks)
        self._chancery: Final = chancery
        self._state_of: Final = state_of
        self._hints: Final = hints
        self._more: Final = more
        self._made: Final[dict[bytes, Negotiation]] = {}
        self._came: Final = asyncio.Event()
        self._tasks: tuple[asyncio.Task[None], ...] = ()
        self._waiting = 0
        self._free: Final = asyncio.Event()
        self._free.set()

    @contextlib.contextmanager
    def rests(self) -> Iterator[None]:
        """Stand still while somebody waits for a page, and a little longer: another may follow."""
        self._waiting += 1
        self._free.clear()
        try:
            yield
        finally:
            self._waiting -= 1
            if not self._waiting:
                self._free.set()

    def start(self) -> None:
        """Begin."""
        self._tasks = (asyncio.create_task(self._listen()), asyncio.create_task(self._forever()))

    async def stop(self) -> None:
        """End; nothing is under way afterwards."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = ()

    async def _listen(self) -> None:
        async with contextlib.aclosing(self._hints.listen()) as told:
            async for hint in told:
                if hint.kind == "changed":
                    self._came.set()

    async def _forever(self) -> None:
        for desk in self._desks:
            await self._in_slices(ahead.for_the_fingerprint(desk))
            await self._speak(desk)
        for desk in self._desks:
            for party in desk.replica.log.trust.parties.values():  # words of the page of trust
                await asyncio.to_thread(founding.fingerprint, party.manifest)
        is_first = True
        while True:
            self._came.clear()
            for desk in self._desks:
                await self._read(desk)
            if is_first:
                await self._in_slices(self._more())
                is_first = False
            cycles.spare()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CALM_S):
                    await self._came.wait()
                    continue
            for desk in self._desks:
                await self._speak(desk)
            for desk in (*self._desks, *filter(None, (self._chancery,))):
                await self._in_slices(searching.prepare(desk))
            self.calm.set()
            await self._came.wait()
            self.calm.clear()

    async def _read(self, desk: Desk) -> None:
        # What rests on the versions: a comment more changes little of it.
        state = self._state_of(desk)
        inside = self._state_of(self._chancery) if self._chancery is not None else None
        for talks in state.negotiations.values():
            known = self._made.get(talks.identity)
            if known is None or known.versions is not talks.versions:
                self._made[talks.identity] = talks
                inner = inside.negotiations.get(talks.identity) if inside is not None else None
                await self._in_slices(ahead.for_the_first_screen(state, talks))
                await self._in_slices(ahead.for_the_text(state, talks, inner))

    async def _speak(self, desk: Desk) -> None:
        try:
            digest = making.digest(desk)
            await asyncio.to_thread(words.words, digest, "en")
            found = making.fingerprint(desk)
        except UnreadableError:
            return
        self.spoken[desk] = found
        if self.wanted:
            self.wanted = False
            self._hints.tell("changed")

    async def _in_slices(self, steps: Iterator[object]) -> None:
        until = time.monotonic() + SLICE_S
        for _ in steps:
            if time.monotonic() >= until:
                await asyncio.sleep(0)
                while not self._free.is_set():
                    await self._free.wait()
                    await asyncio.sleep(REST_S)
                until = time.monotonic() + SLICE_S
