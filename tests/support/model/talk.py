"""The beginning of the model: who said what, what stands, what was taken back."""

from __future__ import annotations

import dataclasses
from typing import Any

ZERO = bytes(32)


class No(Exception):  # noqa: N818 - that is what it says
    """It does not count, because of a rule."""


def need(holds: object, rule: str) -> None:
    if not holds:
        raise No(rule)


@dataclasses.dataclass(frozen=True)
class Placed:
    """What is known of a statement beside its content; *honest*: digests and acts are true."""

    id: bytes
    index: int
    party: str
    role: str
    holder: bytes = bytes(16)
    key: bytes = ZERO
    log_time: int = 0
    seen: tuple[int, bytes] = (0, ZERO)
    honest: bool = True


class Talk:
    """Statements by id, and what was said of them; see the classes that add to it."""

    def __init__(
        self, parties: tuple[str, ...], languages: tuple[str, ...], channel: bytes
    ) -> None:
        self.parties, self.languages, self.channel = parties, set(languages), channel
        self.identity = b""
        self.size = self.log_time = 0
        self.entries: dict[bytes, dict[str, Any]] = {}
        self.gone: set[bytes] = set()  # recalled
        self.agreed: dict[bytes, set[str]] = {}
        self.receipts: dict[bytes, dict[str, str]] = {}
        self.held: dict[str, int] = {}
        self.disputes: set[tuple[int, str]] = set()
        self.withdrawals: dict[bytes, bool] = {}

    def other(self, party: str) -> str:
        return next(each for each in self.parties if each != party)

    def stands(self, statement: bytes) -> dict[str, Any]:
        """Return what was applied here, is no acknowledgement and was not recalled."""
        entry = self.entries.get(statement)
        need(entry and entry["applied"] and entry["kind"] != "acknowledgement-given", "unknown")
        assert entry is not None
        need(entry["here"], "unknown")
        need(statement not in self.gone, "recalled")
        return entry

    def known(self, where: dict[bytes, Any], statement: bytes) -> Any:
        """Return one of *where* that was not recalled."""
        need(statement in where, "unknown")
        need(statement not in self.gone, "recalled")
        return where[statement]

    def mentions(self, *listed: Any) -> None:
        for each in listed:
            if hasattr(each, "statement"):
                self.stands(each.statement)

    def speaks(self, *wordings: Any) -> None:
        for each in wordings:
            need(each.language in self.languages, "unknown-language")

    def is_party(self, *codes: str) -> None:
        need(set(codes) <= set(self.parties), "unknown-party")

    def both(self, statement: bytes) -> bool:
        """Whether both parties stand behind a joint act."""
        entry = self.entries[statement]
        behind = {entry["party"]} | self.agreed.get(statement, set())
        return bool(entry["applied"]) and behind == set(self.parties)
