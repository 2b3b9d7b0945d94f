"""Keys of the other side that came after its roots were compared here: asked about, and accepted.

Which they are, and what is held under them, is said in one place
(:mod:`paraph.client.reading.held`).
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Final

from paraph.client.channel.desk import Desk
from paraph.client.reading import held
from paraph.protocol import words
from paraph.protocol.errors import ForgedError, InputError
from paraph.protocol.names import Digest
from paraph.protocol.sentences import worded
from paraph.protocol.trust import Member

FILE: Final = held.FILE
LANGUAGES: Final[tuple[words.Language, ...]] = ("en", "ru")
_LEAST: Final = 4


@dataclasses.dataclass(frozen=True, slots=True)
class Newcomer:
    """A key of the other side that nobody here has accepted.

    Attributes:
        member: What the log says of it.
        by_roots: Its party's roots signed its enrolment; otherwise a registrar did.
        spoke: Sealed statements of it that were opened here.
    """

    member: Member
    by_roots: bool
    spoke: int


def newcomers(desk: Desk) -> tuple[Newcomer, ...]:
    """Return the keys of the other side that are still to be accepted, in the order of the log."""
    found = desk.screen.held.strangers
    if not found:
        return ()
    said = Counter(each.said.key for _, each in desk.state.entries.items())
    return tuple(Newcomer(each.member, each.by_roots, said[each.member.id]) for each in found)


def find(desk: Desk, text: str) -> Newcomer:
    """Return the key that *text* names: the start of its id, or a role that one of them has.

    Raises:
        InputError: None that is still to be accepted, or several.
    """
    wanted = text.lower()
    found = [
        each
        for each in newcomers(desk)
        if each.member.role == text
        or (len(wanted) >= _LEAST and each.member.id.hex().startswith(wanted))
    ]
    if len(found) == 1:
        return found[0]
    raise InputError(
        worded(
            "expected one new key of the other side, found %(count)s",
            count=len(found) or worded("none"),
        ),
        code="unknown-key",
        hint="paraph party accept shows those that are still to be accepted; give at least four"
        " digits of the id",
    )


def spoken(member: Member) -> Mapping[str, str]:
    """Return the words of a key, by language: its own side reads them out; takes a moment."""
    return {each: " ".join(words.words(Digest(member.id), each)) for each in LANGUAGES}


def compare(member: Member, said: str) -> None:
    """Compare what the other side read out with a key: its eight words, or its id of 64 digits.

    Raises:
        InputError: Neither words of one list nor an id.
        ForgedError: Those of another key.
    """
    plain = "".join(said.split()).lower()
    if not re.fullmatch("[0-9a-f]{64}", plain):
        words.check_words(said, Digest(member.id))
    elif plain != member.id.hex():
        raise ForgedError(
            "expected the id of this key",
            hint="read it once more; if it still differs, somebody may stand between you",
        )


def accept(desk: Desk, keys: Collection[str], *, who: str, now: int) -> None:
    """Remember in this home that somebody accepted keys; what they said is held no longer.

    Args:
        desk: In the channel.
        keys: Ids, hex.
        who: Who says so.
        now: POSIX ms.

    Raises:
        InputError: One is no key of the other side.
    """
    others = {
        each.id.hex() for each in desk.replica.log.trust.members() if each.party in desk.others
    }
    if not keys or not set(keys) <= others:
        raise InputError("expected keys of the other side", code="unknown-key")
    held.remember(desk.replica, tuple(keys), who=who, now=now)
