"""Events that no handler gets yet: said under a key that is held in the bot's home.

They are not finished, so the cursor stays below them, and whoever starts again finds them again:
once somebody accepted the key they are handed over as any other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from paraph.client.bot.events import AnyEvent

if TYPE_CHECKING:
    from paraph.client.reading.held import Held, Holding


class Aside:
    """What one bot has put aside.

    Args:
        holding: Says what is held.
    """

    def __init__(self, holding: Holding) -> None:
        self._holding: Final = holding
        self._indices: Final[set[int]] = set()
        self._looked: Held | None = None

    def why(self, event: AnyEvent) -> str | None:
        """Return why an event is held; nothing if it is not."""
        return self._holding.now().why(event.sender, event.index) if event.is_sealed else None

    def put(self, index: int) -> None:
        """Put the event at *index* aside."""
        self._indices.add(index)

    def taken(self) -> list[int]:
        """Return what is to be looked at again since what is held has changed, and forget it."""
        held = self._holding.now()
        if held is self._looked:
            return []
        self._looked = held
        found = sorted(self._indices)
        self._indices.clear()
        return found
