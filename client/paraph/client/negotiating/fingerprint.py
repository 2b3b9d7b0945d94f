"""The common-text fingerprint that both chairs read out (SPEC 7.20)."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from paraph.client.log.cosigners import final_below
from paraph.protocol import words
from paraph.protocol.errors import InputError, UnreadableError
from paraph.protocol.log import ChannelLog
from paraph.protocol.names import Digest
from paraph.protocol.negotiation import fingerprint as states
from paraph.protocol.negotiation.state import State
from paraph.protocol.sentences import worded

if TYPE_CHECKING:
    from paraph.client.channel.desk import Desk

LANGUAGES: Final[tuple[words.Language, ...]] = ("en", "ru")


@dataclasses.dataclass(frozen=True, slots=True)
class Fingerprint:
    """What the chairs compare: equal words mean one log and one state, up to one size.

    Attributes:
        size: Entries of the log that are folded: the chairs fix it first.
        final: Cosigners of every party have signed for them (SPEC 6.7).
        root: Root of the log at that size.
        state: Digest of the state at that size.
        digest: What the words stand for.
        words: Eight words by language.
    """

    size: int
    final: bool
    root: Digest
    state: Digest
    digest: Digest
    words: Mapping[str, tuple[str, ...]]


def fingerprint(desk: Desk, size: int = 0) -> Fingerprint:
    """Return the fingerprint at *size*; for 0 at the newest final one, else the newest verified.

    Raises:
        InputError: More than this desk has verified.
        UnreadableError: An entry below that size cannot be opened here.
    """
    state, size, final = _read(desk, size)
    return of(desk.replica.log, state, size, final=final, digests=desk.reader.digests)


def digest(desk: Desk, size: int = 0) -> Digest:
    """Return what the words of :func:`fingerprint` stand for: they take a fifth of a second more.

    Raises:
        InputError: More than this desk has verified.
        UnreadableError: An entry below that size cannot be opened here.
    """
    state, size, _ = _read(desk, size)
    return _digest(desk.replica.log, state, size, desk.reader.digests)[0]


def _read(desk: Desk, size: int) -> tuple[State, int, bool]:
    # The state at that size, the size meant, and whether it is final.
    newest = desk.replica.size
    if size > newest:
        raise InputError(
            worded("expected a size of at most %(newest)s", newest=newest),
            code="unknown-size",
            hint="paraph sync fetches what is new; or fix a size that both sides have",
        )
    final = final_below(desk.replica) if desk.replica.log.charter.quorum != "none" else 0
    size = size or final or newest
    reader = desk.reader
    state = reader.state_at(size)
    if state is None:
        raise UnreadableError(
            worded(
                "this desk has read %(position)s entries, not %(size)s: %(up_to)s",
                position=reader.position,
                size=size,
                up_to=reader.up_to,
            ),
            code="not-read",
            hint=worded(
                "fix the size %(position)s, or let that entry be granted first",
                position=reader.position,
            ),
        )
    return state, size, size <= final


def of(
    log: ChannelLog,
    state: State,
    size: int,
    *,
    final: bool = False,
    digests: states.Digests | None = None,
) -> Fingerprint:
    """Return the fingerprint of a state.

    Args:
        log: The log.
        state: What its first *size* entries come to.
        size: Entries that are folded.
        final: Whether cosigners of every party have signed for them.
        digests: Those of other states of this log, if they are at hand.
    """
    found, root, folded = _digest(log, state, size, digests or states.Digests())
    spoken: dict[str, tuple[str, ...]] = {each: words.words(found, each) for each in LANGUAGES}
    return Fingerprint(size, final, root, folded, found, spoken)


def _digest(
    log: ChannelLog, state: State, size: int, digests: states.Digests
) -> tuple[Digest, Digest, Digest]:
    root, folded = log.tree.root(size), digests.of(state)
    found = words.state_digest(log.channel, log.charter.rules, size, root, folded)
    return found, root, folded
