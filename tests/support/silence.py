"""Silence procedures for tests: their records, and a channel in which one has been opened."""

from typing import Any

from paraph.protocol.names import ZERO
from paraph.protocol.negotiation.fold.silence import subject_digest
from paraph.protocol.negotiation.state import Silence, Version
from paraph.protocol.statements.clear import Heartbeat
from paraph.protocol.statements.silence import SilenceBroken, SilenceClosed, SilenceOpened
from tests.support import negotiating as talk
from tests.support.negotiating import Channel

HOUR = 3_600_000
NOON = 1_444_000_000_000
EXPIRES = NOON + 24 * HOUR


def opened(version: Version | bytes = ZERO, **changes: object) -> SilenceOpened:
    known = isinstance(version, Version)
    cid = str(changes.get("cid", ""))
    fields: dict[str, Any] = {
        "header": talk.header(),
        "version": version.statement if isinstance(version, Version) else version,
        "cid": cid,
        "digest": subject_digest(version, cid) if known else ZERO,  # type: ignore[arg-type]
        "expires": EXPIRES,
    }
    return SilenceOpened(**{**fields, **changes})


def broken(silence: bytes = ZERO, **changes: object) -> SilenceBroken:
    fields: dict[str, Any] = {
        "header": talk.header(),
        "silence": silence,
        "reason": "The units differ.",
        "amendment": (),
    }
    return SilenceBroken(**{**fields, **changes})


def closed(silence: bytes = ZERO, size: int = 0, root: bytes = ZERO) -> SilenceClosed:
    return SilenceClosed(header=talk.header(), silence=silence, size=size, root=root)


class Table(Channel):
    """A channel with a tabled text, in which log time runs as the tests say."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.applies(talk.opened())
        self.version = self.applies(talk.base())

    def text(self) -> Version:
        return self.version_of(self.version)

    def at(self, instant: int) -> None:
        """Let log time be *instant* from the next entry on."""
        self.now = instant

    def beats(self, party: str, held: int | None = None) -> None:
        """Let a party's bot say that it holds everything, or everything below *held*."""
        size = self.state.size
        beat = Heartbeat(dated=self.now, verified=size, held=size if held is None else held)
        self.hears(beat, party, log_time=self.now)

    def opens(self, party: str = "USA", **changes: object) -> bytes:
        return self.applies(opened(self.text(), **changes), party, log_time=self.now)

    def running(self) -> bytes:
        """Open a silence procedure that the other side received at noon."""
        silence = self.opens()
        self.beats("RUS")
        self.beats("USA")
        return silence

    def closing(self, silence: bytes, size: int | None = None) -> SilenceClosed:
        return closed(silence, self.state.size if size is None else size)

    def closes(self, silence: bytes, party: str) -> bytes:
        return self.applies(self.closing(silence), party, log_time=self.now)

    def silence(self, statement: bytes) -> Silence:
        found = self.state.silences.get(statement)
        assert found is not None
        return found
