"""Where the large negotiation is said, and what everybody who speaks there needs."""

from __future__ import annotations

import dataclasses
import random
from typing import Final, Protocol

from paraph.client.writing import composing
from paraph.client.writing.composing import Manner
from paraph.protocol import roles
from paraph.protocol.negotiation.state import Negotiation, State, Version
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.header import (
    ContentHeader,
)
from paraph.protocol.statements.joint import AgreedTo
from tests.support.large.drafting import Draft

TALKS: Final = bytes(range(16))
PARTIES: Final = ("RUS", "USA")
OTHER: Final = {"RUS": "USA", "USA": "RUS"}
HOUR: Final = 3_600_000
DAY: Final = 24 * HOUR


@dataclasses.dataclass(frozen=True, slots=True)
class Size:
    """How much is said."""

    clauses: int = 300
    versions: int = 100
    comments: int = 2_000
    proposals: int = 60
    dispatches: int = 30
    conferences: int = 3

    @property
    def small(self) -> Size:
        """A tenth of it, for a look at the script itself."""
        return Size(30, 10, 200, 6, 6, 3)


class Stage(Protocol):
    """Where statements are said."""

    @property
    def state(self) -> State:
        """What both sides know so far."""

    @property
    def now(self) -> int:
        """The instant at which things are said, POSIX ms."""

    @property
    def root(self) -> bytes:
        """Root of the log so far."""

    def say(self, content: Content, party: str) -> bytes:
        """Place a statement in the role that its header names; return its id."""

    def beat(self, at: int) -> None:
        """Let the bots of both parties speak at an instant, having everything so far."""


class Around:
    """What everybody who speaks on a stage needs.

    Args:
        stage: Where it is said.
        draft: The text.
        chance: What is drawn.
    """

    def __init__(self, stage: Stage, draft: Draft, chance: random.Random) -> None:
        self._stage = stage
        self._draft = draft
        self._chance = chance

    def _header(self, role: str = roles.DESK, **manner: int) -> ContentHeader:
        return composing.header(TALKS, role, Manner(dated=self._stage.now, **manner), 0)  # type: ignore[arg-type]

    @property
    def _talks(self) -> Negotiation:
        return composing.negotiation_of(self._stage.state, TALKS)

    @property
    def _head(self) -> Version:
        talks = self._talks
        return composing.version_of(talks, talks.heads[-1])

    def _party(self) -> str:
        return self._chance.choice(PARTIES)

    def _agree(self, subject: bytes, party: str) -> None:
        self._stage.say(AgreedTo(header=self._header(), subject=subject), party)
