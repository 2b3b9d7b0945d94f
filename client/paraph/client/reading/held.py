"""Whose words are held at this desk: from display, from automation, from concluding (SPEC 5.1).

Everybody resolves keys alike, from the log, and what a key says acts for the fold whatever stands
here: to hold gates what one desk shows, acknowledges and concludes, and nothing else. Held is

- what a new key of the other side says until somebody of this home accepted it. Known are all that
  stood in the log when this home first looked after the roots had been compared, and those that
  were accepted since. By our manifest's policy an enrolment that the other side's roots themselves
  signed is accepted at once, or is not (``new_keys``). The place in the log counts, not a claimed
  time: a thief could claim any;
- what a key of the other side says from a number on that it used for two statements, until its
  party answers in the log by revoking it.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from paraph.client.files import locked, read_private, write_atomically
from paraph.client.keys import founding
from paraph.client.keys.home import Book, ChannelHome, Home
from paraph.client.log import conflicts
from paraph.client.log.replica import Replica
from paraph.protocol import documents, roles
from paraph.protocol.errors import RefusedError
from paraph.protocol.negotiation.state import State
from paraph.protocol.sentences import Sentence, coded, worded
from paraph.protocol.state import Entry
from paraph.protocol.statements.clear import EnrolEntry
from paraph.protocol.statements.envelope import ClearContent, SealedContent
from paraph.protocol.trust import Member

FILE: Final = "known-keys.json"
ROOT_SIGNED: Final = "root_signed"
HINT: Final = (
    "call them, and ask whose key it is; then accept it on the page of trust, or with paraph party"
    " accept"
)
_MOST: Final = 1024 * 1024
_UNSEEN: Final = (0, 0, 0)


@dataclasses.dataclass(frozen=True, slots=True)
class Stranger:
    """A key of the other side that nobody here has accepted.

    Attributes:
        member: What the log says of it.
        by_roots: Its party's roots signed its enrolment; otherwise a registrar did.
    """

    member: Member
    by_roots: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Held:
    """What is held, by the key that said it.

    Attributes:
        strangers: Keys that are still to be accepted, in the order of the log.
        misused: Keys that signed two statements under one number, and that were not revoked.
        since: By key id: the index from which on it is held, and why, for people.
    """

    strangers: tuple[Stranger, ...] = ()
    misused: tuple[Member, ...] = ()
    since: Mapping[bytes, tuple[int, Sentence]] = dataclasses.field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether any key is held."""
        return bool(self.since)

    def why(self, key: bytes, index: int) -> Sentence | None:
        """Return why what *key* said under seal at *index* is held; nothing if it is not."""
        found = self.since.get(key)
        return found[1] if found is not None and index >= found[0] else None

    def why_said(self, state: State, statement: bytes) -> Sentence | None:
        """Do what :meth:`why` does for a statement of *state*; nothing for one that is none."""
        entry = state.entries.get(statement) if self else None
        return self.why(entry.said.key, entry.index) if entry is not None else None

    def why_entry(self, entry: Entry) -> Sentence | None:
        """Do what :meth:`why` does for an entry; what is not sealed is never held."""
        statement, member = entry.statement, entry.member
        if member is None or statement is None or entry.void:
            return None
        return (
            self.why(member.id, entry.index)
            if isinstance(statement.content, SealedContent)
            else None
        )


NOTHING: Final = Held()


class Holding:
    """Says what is held in one channel of one home, looked up again only where something changed.

    Args:
        replica: The channel's log.
        party: Own party's code.
        home: Whose book says which roots were compared here.
    """

    def __init__(self, replica: Replica, party: str, home: Home) -> None:
        self._replica: Final = replica
        self._party: Final = party
        self._home: Final = home
        self._at: object = None
        self._held = NOTHING

    @property
    def others(self) -> tuple[str, ...]:
        """Codes of the other parties; none in an internal channel."""
        return tuple(code for code in self._replica.log.trust.parties if code != self._party)

    def now(self) -> Held:
        """Return what is held: the same value for as long as nothing changes.

        None of it while the roots themselves are still to be compared: that comes first, and
        says more. The first look afterwards notes what stands in the log as known, once all that
        the relay had is here: a home that was just made has most of the log still to come.
        """
        if not self.others:
            return NOTHING
        at = (
            self._replica.size,
            self._replica.was_current,
            _stamp(self._replica.home.path / FILE),
            _stamp(self._home.path / "book"),
            self._doubled(),
        )
        if at != self._at:
            self._held, self._at = self._look(at[-1]), at
        return self._held

    def _look(self, doubled: tuple[int, ...]) -> Held:
        strangers = self._strangers()
        misused: dict[bytes, tuple[int, Member]] = {}
        for index in doubled:
            member = self._replica.entry(index).member
            known = self._replica.log.trust.member(member.id) if member is not None else None
            if known is not None and known.party in self.others and known.revoked_at is None:
                misused.setdefault(known.id, (index, known))
        since = {key: (index, _misused(member)) for key, (index, member) in misused.items()}
        since |= {each.member.id: (0, _new(each.member)) for each in strangers}
        found = Held(strangers, tuple(member for _, member in misused.values()), since)
        return NOTHING if not since else found

    def _doubled(self) -> tuple[int, ...]:
        # Places in the log at which a key is proven to have signed two statements, ascending.
        size = self._replica.size
        return tuple(
            sorted(
                each.index
                for each in self._replica.alarms()
                if each.name == conflicts.DOUBLE and 0 <= each.index < size
            )
        )

    def _strangers(self) -> tuple[Stranger, ...]:
        to_compare = unverified(self._replica, self._home.book, self.others)
        folder, trust = self._replica.home, self._replica.log.trust
        known = _read(folder)
        if known is None:
            if self._replica.was_current and not to_compare:
                _write(folder, {"below": self._replica.size, "keys": {}})
            return ()
        at_once = trust.parties[self._party].manifest.policy.new_keys == ROOT_SIGNED
        found = [
            Stranger(member, self._by_roots(member))
            for member in trust.members()
            if member.party in self.others
            and member.role not in (roles.ROOT, roles.AUDITOR)
            and known["below"] <= member.enrolled_at < self._replica.size
            and member.id.hex() not in known["keys"]
        ]
        # New roots that nobody compared vouch for no key, and let go of nothing that was held.
        held = (
            each
            for each in found
            if not (each.by_roots and at_once and each.member.party not in to_compare)
        )
        return tuple(sorted(held, key=lambda each: each.member.enrolled_at))

    def _by_roots(self, member: Member) -> bool:
        entry = self._replica.entry(member.enrolled_at)
        content = entry.statement.content if entry.statement is not None else None
        if not isinstance(content, ClearContent) or not isinstance(content.payload, EnrolEntry):
            return False
        manifest = self._replica.log.trust.parties[member.party].manifest
        signed = {each.key for each in content.payload.document.signatures}
        return len(signed & documents.parse_roots(manifest.roots).keys()) >= manifest.threshold


def _new(member: Member) -> Sentence:
    return worded(
        "held: a new key of %(party)s, %(role)s %(key)s, that nobody here has accepted",
        party=member.party,
        role=coded("role", member.role),
        key=member.id.hex()[:16],
    )


def _misused(member: Member) -> Sentence:
    return worded(
        "held: the key %(key)s of %(party)s, %(role)s, signed two statements under one number;"
        " %(party)s must answer in the log",
        party=member.party,
        role=coded("role", member.role),
        key=member.id.hex()[:16],
    )


def refusal(why: Sentence) -> RefusedError:
    """Return the refusal to act on what is held here."""
    return RefusedError(why, code="key-held", hint=HINT)


def unverified(replica: Replica, book: Book, others: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of *others* whose root set nobody of this home has verified."""
    manifests = replica.log.trust.parties
    return tuple(
        code
        for code in others
        if book.verification(founding.root_digest(manifests[code].manifest)) is None
    )


def remember(replica: Replica, keys: tuple[str, ...], *, who: str, now: int) -> None:
    """Remember in this home that somebody accepted *keys*, ids in hex, at *now*, POSIX ms."""
    folder = replica.home
    with locked(folder.path / f".{FILE}.lock"):
        known = _read(folder) or {"below": replica.size, "keys": {}}
        made = {**known["keys"], **{each: {"who": who, "at": now} for each in sorted(keys)}}
        _write(folder, {**known, "keys": made})


def _stamp(path: Path) -> tuple[int, int, int]:
    # Another one after each change: files here are replaced whole.
    try:
        found = path.stat()
    except FileNotFoundError:
        return _UNSEEN
    return found.st_ino, found.st_mtime_ns, found.st_size


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
