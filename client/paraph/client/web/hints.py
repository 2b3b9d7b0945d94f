"""Hints to open pages: something came, look again. They carry a number, and no content.

The number grows with every hint. A page knows the number at which it was made, so that one that
was made just before it began to listen, or whose connection was lost, sees that it is behind.
What came is kept by its number, as kinds and parties: a page asks for it in words (``/news``).
"""

from __future__ import annotations

import asyncio
import collections
import dataclasses
from collections.abc import AsyncGenerator, Iterable
from typing import Final, Literal

Kind = Literal["hello", "changed", "link", "locked"]

MOST_WAITING: Final = 8
"""Hints that may wait for one page; more say nothing new."""
MOST_NEWS: Final = 256


@dataclasses.dataclass(frozen=True, slots=True)
class Hint:
    """One hint.

    Attributes:
        kind: ``hello`` is the first of every stream: how things stand.
        number: See above.
    """

    kind: Kind
    number: int


@dataclasses.dataclass(frozen=True, slots=True)
class Came:
    """One statement that came.

    Attributes:
        channel: Where.
        party: Who said it.
        kind: Kind of its content.
        number: Of the hint that told it.
    """

    channel: bytes
    party: str
    kind: str
    number: int = 0


class Hints:
    """Everybody who listens, and what they are told.

    Attributes:
        number: Of the newest hint.
    """

    def __init__(self) -> None:
        self.number = 0
        self._listening: set[asyncio.Queue[Hint | None]] = set()
        self._closed = False
        self._news: collections.deque[Came] = collections.deque(maxlen=MOST_NEWS)

    def tell(self, kind: Kind, came: Iterable[Came] = ()) -> None:
        """Tell every open page.

        Args:
            kind: What happened.
            came: What others said, if that is it.
        """
        self.number += 1
        self._news += (dataclasses.replace(each, number=self.number) for each in came)
        for queue in self._listening:
            if queue.qsize() < MOST_WAITING:
                queue.put_nowait(Hint(kind, self.number))

    def news(self, after: int) -> tuple[Came, ...]:
        """Return what came with hints after that number, oldest first."""
        return tuple(each for each in self._news if each.number > after)

    def forget(self) -> None:
        """Keep nothing of what came."""
        self._news.clear()

    def close(self) -> None:
        """End every stream, so that the server can stop."""
        self._closed = True
        for queue in self._listening:
            queue.put_nowait(None)

    async def listen(self) -> AsyncGenerator[Hint, None]:
        """Yield how things stand, then every hint, until :meth:`close`."""
        queue: asyncio.Queue[Hint | None] = asyncio.Queue()
        self._listening.add(queue)
        try:
            yield Hint("hello", self.number)
            while not self._closed and (hint := await queue.get()) is not None:
                yield hint
        finally:
            self._listening.discard(queue)
