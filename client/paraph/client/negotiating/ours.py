"""What of ours has not left: kept drafts, and clearances with who is waited for.

The other side sees none of it. What was said and waits for the relay stands in the outbox, and is
counted in :mod:`paraph.client.negotiating.status`.
"""

from __future__ import annotations

import dataclasses

from paraph.client.keys.home import Home
from paraph.client.negotiating.draft_standing import Standing, standings
from paraph.client.negotiating.kept_drafts import DraftFolder
from paraph.client.negotiating.releases import open_ones, waits_for
from paraph.client.reading import summaries
from paraph.client.reading.summaries import Name
from paraph.protocol.negotiation.state import State
from paraph.protocol.sentences import Sentence


@dataclasses.dataclass(frozen=True, slots=True)
class Waiting:
    """A clearance of the internal channel that somebody has still to give.

    Attributes:
        number: Its number.
        subject: What is to leave, on one line, made of its records anew.
        waits: What is missing, and which role gives it.
    """

    number: int
    subject: Sentence
    waits: tuple[tuple[str, str], ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Ours:
    """What of ours has not left.

    Attributes:
        drafts: Kept in this home, and not sent.
        clearances: In the internal channel, by number.
    """

    drafts: tuple[Standing, ...]
    clearances: tuple[Waiting, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return not (self.drafts or self.clearances)


def ours(home: Home, state: State, inner: State | None, name: Name) -> Ours:
    """Return what of ours has not left.

    Args:
        home: Whose drafts are kept.
        state: Of the shared channel.
        inner: Of the internal channel; nothing where there is none.
        name: Gives the name of a statement of the shared channel.
    """
    kept = DraftFolder(home.path)
    return Ours(
        drafts=tuple(each for each in standings(kept, state) if each.is_open),
        clearances=waiting(inner, name) if inner is not None else (),
    )


def waiting(inner: State, name: Name) -> tuple[Waiting, ...]:
    """Return every clearance of an internal channel that waits for somebody, by number."""
    return tuple(
        Waiting(each.number, summaries.subject(each.content, name), waits_for(inner, each))
        for each in open_ones(inner)
    )
