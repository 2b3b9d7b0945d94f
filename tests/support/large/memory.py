"""The large negotiation as a folded state, with nothing around it: no keys, no log, no disk."""

from __future__ import annotations

import functools
import hashlib

from paraph.protocol.negotiation import fold
from paraph.protocol.negotiation.state import Said, State, begin
from paraph.protocol.statements.clear import Heartbeat
from paraph.protocol.statements.content import Content
from tests.support.channel import START
from tests.support.large.script import Script
from tests.support.large.stage import PARTIES, Size

CHANNEL = hashlib.sha256(b"a large channel").digest()
LANGUAGES = ("en", "ru")


class MemoryStage:
    """A stage on which statements are folded and nothing else happens to them.

    Attributes:
        state: What was folded.
        now: The instant.
    """

    def __init__(self) -> None:
        self.state: State = begin(PARTIES, LANGUAGES, channel=CHANNEL)
        self.now = START
        self.beat(START)

    @property
    def root(self) -> bytes:
        """A root that stands for the log so far."""
        return hashlib.sha256(b"root %d" % self.state.size).digest()

    def say(self, content: Content, party: str) -> bytes:
        """Fold a statement; one that is refused fails whoever plays.

        Raises:
            AssertionError: With the refusal.
        """
        said = self._said(party, content.header.acting_role)
        self.state, outcome = fold.apply(self.state, content, said)
        assert outcome.status == "applied", f"{content.KIND}: {outcome}"
        return said.statement

    def beat(self, at: int) -> None:
        """Let both bots speak."""
        self.now = at
        for party in PARTIES:
            size = self.state.size
            payload = Heartbeat(dated=at, verified=size, held=size)
            self.state = fold.heard(self.state, payload, self._said(party, "bot"))

    def _said(self, party: str, role: str) -> Said:
        index = self.state.size
        return Said(
            statement=hashlib.sha256(b"%d" % index).digest(),
            index=index,
            party=party,
            role=role,
            holder=hashlib.sha256(party.encode()).digest()[:16],
            log_time=self.now,
            seen_size=index,
            seen_root=self.root,
        )


def large_state(size: Size | None = None) -> State:
    """Return the state of the large negotiation, or of one of another size."""
    return _cached(size or Size())


@functools.cache
def _cached(size: Size) -> State:
    stage = MemoryStage()
    Script(stage, size).play()
    return stage.state
