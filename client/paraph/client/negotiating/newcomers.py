"""Keys of the other side that came after its roots were compared here, and that nobody accepted.

Everybody resolves keys alike, from the log; what a new one says acts for the fold as the rest does
(to hold gates what one desk shows and concludes, and nothing else). Here is
which keys a home knows: all that stood in the log when it first looked after the roots had been
compared, and those that somebody accepted since. By our manifest's policy an enrolment that the
other side's roots themselves signed is accepted at once, or is not (SPEC 5.1, ``new_keys``).

The place in the log counts, not a claimed time: a thief could claim any.
"""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any, Final

from paraph.client.desk import Desk
from paraph.client.files import read_private, write_atomically
from paraph.client.home import Book, ChannelHome
from paraph.client.negotiating.roots import unverified
from paraph.protocol import documents, roles
from paraph.protocol.errors import InputError
from paraph.protocol.sentences import worded
from paraph.protocol.statements.clear import EnrolEntry
from paraph.protocol.statements.envelope import ClearContent
from paraph.protocol.trust import Member

FILE: Final = "known-keys.json"
ROOT_SIGNED: Final = "root_signed"
_MOST: Final = 1024 * 1024


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


def newcomers(desk: Desk, book: Book) -> tuple[Newcomer, ...]:
    """Return the keys of the other side that are still to be accepted, in the order of the log.

    None while the roots themselves are still to be compared: that comes first, and says more.
    The first look afterwards notes what stands in the log as known.
    """
    if desk.state.internal or unverified(desk, book):
        return ()
    known = _read(desk.replica.home)
    if known is None:
        _write(desk.replica.home, {"below": desk.replica.size, "keys": {}})
        return ()
    trust = desk.replica.log.trust
    at_once = trust.parties[desk.party].manifest.policy.new_keys == ROOT_SIGNED
    found = [
        (member, _by_roots(desk, member))
        for member in trust.members()
        if member.party in desk.others
        and member.role not in (roles.ROOT, roles.AUDITOR)
        and member.enrolled_at >= known["below"]
        and member.id.hex() not in known["keys"]
    ]
    held = [(member, by_roots) for member, by_roots in found if not (by_roots and at_once)]
    if not held:
        return ()
    said = Counter(each.said.key for _, each in desk.state.entries.items())
    return tuple(
        Newcomer(member, by_roots, said[member.id])
        for member, by_roots in sorted(held, key=lambda each: each[0].enrolled_at)
    )


def _by_roots(desk: Desk, member: Member) -> bool:
    entry = desk.replica.entry(member.enrolled_at)
    content = entry.statement.content if entry.statement is not None else None
    if not isinstance(content, ClearContent) or not isinstance(content.payload, EnrolEntry):
        return False
    manifest = desk.replica.log.trust.parties[member.party].manifest
    signed = {each.key for each in content.payload.document.signatures}
    return len(signed & documents.parse_roots(manifest.roots).keys()) >= manifest.threshold


def accept(desk: Desk, keys: Collection[str], *, who: str, now: int) -> None:
    """Remember in this home that somebody accepted keys.

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
    known = _read(desk.replica.home) or {"below": desk.replica.size, "keys": {}}
    made = {**known["keys"], **{each: {"who": who, "at": now} for each in sorted(keys)}}
    _write(desk.replica.home, {**known, "keys": made})


def _read(home: ChannelHome) -> Mapping[str, Any] | None:
    path = home.path / FILE
    if not path.exists():
        return None
    try:
        found = json.loads(read_private(path, worded("the keys that are known here"), _MOST))
    except ValueError:
        found = None
    well_formed = (
        isinstance(found, dict)
        and isinstance(found.get("below"), int)
        and isinstance(found.get("keys"), dict)
    )
    # What is damaged is known of nobody: every key is to be accepted anew.
    return found if well_formed else {"below": 0, "keys": {}}


def _write(home: ChannelHome, known: Mapping[str, object]) -> None:
    write_atomically(home.path / FILE, f"{json.dumps(known, indent=2)}\n".encode())
