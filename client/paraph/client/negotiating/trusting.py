"""What a desk trusts and why: roots and who compared them, keys, heads, cosigners, alarms."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from paraph.client.channel.desk import Desk
from paraph.client.files import read_private
from paraph.client.keys import founding, members
from paraph.client.keys.home import Book, ChannelHome, Home, VerifiedRoots
from paraph.client.log import conflicts, cosigners
from paraph.client.log.store import Alarm
from paraph.protocol import words
from paraph.protocol.errors import InputError
from paraph.protocol.names import Digest
from paraph.protocol.note import parse_head, parse_note
from paraph.protocol.sentences import worded
from paraph.protocol.trust import Member

MOST_EVIDENCE: Final = 64 * 1024 * 1024
"""Bytes of one evidence file; a fork with a quarter of a million leaves has 8 MiB."""


@dataclasses.dataclass(frozen=True, slots=True)
class Side:
    """A party as this channel knows it.

    Attributes:
        code: Its code.
        names: Display names by language.
        own: Whether it is our own.
        roots: How many root keys.
        threshold: How many of them must sign.
        manifest: Number of the manifest in force.
        digest: What the words stand for.
        words: The words of its roots, by language.
        verified: Who compared them here, how and when; nothing if nobody did.
        initiallers: Distinct persons that must initial.
        signatories: Distinct persons that must sign.
        cosigners: Names of its cosigners.
    """

    code: str
    names: Mapping[str, str]
    own: bool
    roots: int
    threshold: int
    manifest: int
    digest: bytes
    words: Mapping[str, str]
    verified: VerifiedRoots | None
    initiallers: int
    signatories: int
    cosigners: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Key:
    """An enrolled key.

    Attributes:
        member: What the log says of it.
        standing: in_force, suspended, expired, revoked.
        own: Whether it is in this home.
    """

    member: Member
    standing: str
    own: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Point:
    """A head that the log signed and this home verified.

    Attributes:
        size: Entries that it covers.
        root: Root over them.
        cosigned: Codes of parties whose cosigners signed it too.
    """

    size: int
    root: bytes
    cosigned: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Trusted:
    """What a desk trusts in one channel.

    Attributes:
        desk: Whose.
        sides: Parties, our own first.
        living: Keys that count, or pause.
        ended: Keys that were revoked, or whose time is over.
        points: The newest head, then those that somebody cosigned, newest first.
        origin: Name of the log.
        log_time: At the newest head.
        quorum: Whose cosigners the charter asks for: ``all`` or ``none``.
        final: Below which index every entry is final; 0 without a quorum.
        covered: The largest size that a party's cosigner signed, by party.
        alarms: Everything that was found wrong.
        evidence: Files that prove something to others.
        accused: Whether they prove that the relay showed two histories.
    """

    desk: Desk
    sides: tuple[Side, ...]
    living: tuple[Key, ...]
    ended: tuple[Key, ...]
    points: tuple[Point, ...]
    origin: str
    log_time: int
    quorum: str
    final: int
    covered: Mapping[str, int]
    alarms: tuple[Alarm, ...]
    evidence: tuple[Path, ...]
    accused: bool


MOST_POINTS: Final = 8
_LIVING: Final = frozenset({"in_force", "suspended"})


def trusted(desk: Desk, book: Book, own_keys: frozenset[bytes]) -> Trusted:
    """Return what *desk* trusts.

    Args:
        desk: The desk.
        book: Whose roots were compared.
        own_keys: Ids of the keys in this home.
    """
    log = desk.replica.log
    trust, quorum = log.trust, log.charter.quorum
    sides = sorted(
        (_side(desk, book, code) for code in trust.parties), key=lambda each: not each.own
    )
    keys = [
        Key(each, members.standing(trust, each, log.log_time), each.id in own_keys)
        for each in trust.members()
    ]
    covered = cosigners.covered(desk.replica) if quorum != "none" else {}
    return Trusted(
        desk=desk,
        sides=tuple(sides),
        living=tuple(each for each in keys if each.standing in _LIVING),
        ended=tuple(each for each in keys if each.standing not in _LIVING),
        points=_points(desk),
        origin=log.origin,
        log_time=log.log_time,
        quorum=quorum,
        final=min(covered.values(), default=0),
        covered=covered,
        alarms=desk.replica.alarms(),
        evidence=evidence(desk.replica.home),
        accused=desk.replica.is_accused,
    )


def _side(desk: Desk, book: Book, code: str) -> Side:
    manifest = desk.replica.log.trust.parties[code].manifest
    digest = founding.root_digest(manifest)
    return Side(
        code=code,
        names={each.language: each.name for each in manifest.names},
        own=code == desk.party,
        roots=len(manifest.roots),
        threshold=manifest.threshold,
        manifest=manifest.number,
        digest=digest,
        words=founding.fingerprint(manifest),
        verified=book.verification(digest),
        initiallers=manifest.policy.initiallers,
        signatories=manifest.policy.signatories,
        cosigners=tuple(each.name for each in manifest.cosigners),
    )


def _points(desk: Desk) -> tuple[Point, ...]:
    store = desk.replica.store
    newest = store.newest_note()
    notes = [(newest, frozenset[str]())] if newest else []
    notes += itertools.islice(store.cosigned_heads(desk.replica.size), MOST_POINTS)
    found: dict[int, Point] = {}
    for note, parties in notes:
        head = parse_head(parse_note(note).text)
        found[head.size] = Point(head.size, head.root, tuple(sorted(parties)))
    return tuple(found[size] for size in sorted(found, reverse=True))


def root_digests(desk: Desk) -> tuple[Digest, ...]:
    """Return what the words of every party's roots stand for."""
    parties = desk.replica.log.trust.parties.values()
    return tuple(founding.root_digest(each.manifest) for each in parties)


def stretch(digests: Iterable[Digest]) -> None:
    """Compute the words of *digests*, which takes a moment each time they are new."""
    for digest in digests:
        words.words(digest, "en")


def evidence(folder: ChannelHome) -> tuple[Path, ...]:
    """Return the files of a channel that prove a fault of the relay, or of a key, to others."""
    found = [
        *(folder.evidence.iterdir() if folder.evidence.is_dir() else ()),
        *(folder.path / conflicts.FOLDER).glob("*.evidence"),
    ]
    return tuple(sorted(each for each in found if each.is_file()))


def evidence_files(folder: ChannelHome) -> dict[str, bytes]:
    """Return the evidence of a channel: name to bytes.

    Raises:
        InputError: There is none.
    """
    found = {
        f"{each.parent.name}/{each.name}": read_private(each, worded("the evidence"), MOST_EVIDENCE)
        for each in evidence(folder)
    }
    if not found:
        raise InputError("there is no evidence in this channel", code="no-evidence")
    return found


def compare(desk: Desk, home: Home, code: str, said: str, *, who: str, now: int) -> VerifiedRoots:
    """Compare what a party read out, or the code that was scanned, with its roots in this channel.

    Args:
        desk: In the channel.
        home: Where it is remembered that they were compared.
        code: The party.
        said: Eight words in English or Russian, or 64 hex digits of a scanned code.
        who: Who compared.
        now: POSIX ms.

    Raises:
        InputError: No such party, our own, or neither words nor a code.
        ForgedError: The words, or the code, of other roots.
    """
    if code not in desk.others or code == desk.party:
        raise InputError("expected the other party", code="same-party")
    manifest = desk.replica.log.trust.parties[code].manifest
    plain = " ".join(said.split())
    how = "qr" if len(plain) == 64 and " " not in plain else "words"
    return founding.verify_roots(home, manifest, plain, who=who, now=now, how=how)
