"""How a move speaks: by whom, and about which of the things that were said."""

from typing import Any

from hypothesis.stateful import RuleBasedStateMachine

from paraph.protocol.negotiation.text import Text
from paraph.protocol.statements.content import Content
from tests.support.model.game import Game
from tests.support.moves.drawing import DESK, with_header
from tests.support.negotiating import GONE


class Speaking(RuleBasedStateMachine):
    """Two parties that speak in turn or out of it."""

    def __init__(self) -> None:
        super().__init__()
        self.game = Game()
        self.counter = 0

    def say(
        self,
        content: Content,
        party: str,
        role: str = "",
        *,
        may: str = DESK,
        **how: Any,
    ) -> bytes:
        role = role or may
        origin = "automatic" if role == "bot" else "manual"
        return self.game.say(
            with_header(content, acting_role=role, origin=origin), party, role, **how
        )

    def pick(self, n: int, *kinds: str) -> bytes:
        """Return a statement of one of these kinds, mostly."""
        if n == 63:
            return GONE
        if n >= 56:  # anything, also what was refused
            fits = [each for each, _, _ in self.game.said]
        else:
            known = self.game.model.entries
            fits = [
                each
                for each, kind, _ in self.game.said
                if known[each]["applied"] and (kind in kinds or not kinds)
            ]
        return fits[-1 - (n % 8) % len(fits)] if fits else GONE

    def index_of(self, statement: bytes) -> int:
        entry = self.game.state.entries.get(statement)
        return entry.index if entry is not None else 0

    def text_of(self, version: bytes) -> Text | None:
        found = self.game.version(version)
        return found.text if found is not None else None

    def cid(self, version: bytes, n: int) -> str:
        text = self.text_of(version)
        cids = [part.cid for part in text.parts] if text is not None else []
        return [*cids, "c-one", "gone"][n % (len(cids) + 2)]
