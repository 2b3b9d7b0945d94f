"""Who speaks for whom, from which index on, until when: resolved by log index (SPEC 5.4).

A key counts from the index after its enrolment while log time is below its end. Nothing here
looks at a wall clock, at finality or at the order in which somebody learned a thing, so every
reader of the same log comes to the same answer.

:class:`Trust` separates asking from changing: each ``read_…`` checks a document against the
present state and returns what it says, each ``apply_…`` takes only such a value.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Final, TypeVar

from paraph.protocol import documents, roles
from paraph.protocol.checkpoint import CosignerKeys
from paraph.protocol.documents import (
    Charter,
    Document,
    Enrolment,
    EnrolmentRequest,
    Manifest,
    Revocation,
    Suspension,
)
from paraph.protocol.errors import ForgedError, RefusedError
from paraph.protocol.keys import PublicKey, SealingPublicKey
from paraph.protocol.names import ChannelId, Digest, KeyId
from paraph.protocol.sentences import worded

SUSPENSION_MS: Final = 7 * 24 * 3600 * 1000
"""Log time after which a suspension lapses."""


Signable = TypeVar("Signable", Enrolment, Revocation)


@dataclasses.dataclass(slots=True)
class Member:
    """One enrolled key and everything that bears on its validity.

    Attributes:
        party: Party code.
        role: One of :data:`roles.ROLES`, or :data:`roles.ROOT`.
        holder: Opaque id; 16 zero bytes for a root.
        key: Composite public key.
        sealing: Sealing public key; ``None`` for a root.
        enrolled_at: Index of the enrolment; the key counts from the next one.
        not_after: The key counts while log time is below this.
        revoked_at: Index of the revocation; the key has ended from the next one.
        contested_from: Index that the revocation claims; ``None`` = no claim.
        suspended_at: Index of the suspension, at most one in a key's life.
        suspended_from: Log time at that index; 0 until log time began.
    """

    party: str
    role: str
    holder: bytes
    key: PublicKey
    sealing: SealingPublicKey | None
    enrolled_at: int
    not_after: int
    revoked_at: int | None = None
    contested_from: int | None = None
    suspended_at: int | None = None
    suspended_from: int = 0

    @property
    def id(self) -> KeyId:
        """Id of the signing key."""
        return self.key.id

    @property
    def is_person(self) -> bool:
        """Whether the holder counts as a person (SPEC 5.3)."""
        return self.role in roles.PERSONS


@dataclasses.dataclass(frozen=True, slots=True)
class EnrolmentRead:
    """An enrolment that was checked."""

    request: EnrolmentRequest
    key: PublicKey
    sealing: SealingPublicKey


@dataclasses.dataclass(slots=True)
class PartyTrust:
    """A party: its manifests in order, and the roots now in force."""

    code: str
    manifests: list[Manifest]
    manifest_ids: list[Digest]
    roots: dict[KeyId, PublicKey]
    archive: SealingPublicKey

    @property
    def manifest(self) -> Manifest:
        """The manifest now in force."""
        return self.manifests[-1]


class Trust:
    """Parties and keys of one channel, built up entry by entry."""

    def __init__(self, channel: ChannelId, charter: Charter) -> None:
        self.channel = channel
        self.charter = charter
        self.parties: dict[str, PartyTrust] = {}
        self._members: dict[KeyId, Member] = {}
        self._by_sealing: dict[KeyId, Member] = {}
        self._halves: set[Digest] = set()
        self._log_time_began = 0

    def found_party(self, manifest: Manifest, document: Digest) -> None:
        """Take in a first manifest, already checked against the charter (SPEC 5.1).

        Raises:
            ForgedError: A key is not acceptable, or the other party has it too.
        """
        roots = documents.parse_roots(manifest.roots)
        archive = SealingPublicKey.parse(manifest.archive)
        if not self._are_new(archive, *roots.values()) or not self._are_own_cosigners(manifest):
            raise ForgedError("expected keys that are the party's alone, each half once")
        self.parties[manifest.party] = PartyTrust(
            manifest.party, [manifest], [document], roots, archive
        )
        self._halves.update(archive.halves)
        for root in roots.values():
            self._halves.update(root.halves)

    def began(self, log_time: int) -> None:
        """Note the first log time above zero: suspensions placed before it run from here."""
        self._log_time_began = log_time

    # asking

    def member(self, key: KeyId) -> Member | None:
        """Return who *key* belongs to, as once enrolled, ended or not; roots included."""
        found = self._members.get(key)
        if found is not None:
            return found
        for party in self.parties.values():
            if key in party.roots:
                return Member(party.code, roles.ROOT, bytes(16), party.roots[key], None, -1, 2**53)
        return None

    def members(self) -> Iterator[Member]:
        """Every key ever enrolled, in order of enrolment."""
        return iter(self._members.values())

    def cosigners(self) -> dict[CosignerKeys, str]:
        """Return every cosigner ever named, and whose it is: parties in charter order.

        A cosigner that a later manifest drops did sign what it signed; a name may come again
        with other keys.
        """
        return {
            CosignerKeys(each.name, each.ed25519, each.mldsa44): party.code
            for party in self.parties.values()
            for manifest in party.manifests
            for each in manifest.cosigners
        }

    def by_sealing(self, sealing: KeyId) -> Member | None:
        """Return whose sealing key this is."""
        return self._by_sealing.get(sealing)

    def require_in_force(self, member: Member, log_time: int) -> None:
        """Refuse a key that does not count now.

        Raises:
            RefusedError: Code ``key-ended``, ``key-expired`` or ``suspended``.
        """
        self._require_alive(member, log_time)
        if self.is_suspended(member, log_time):
            raise RefusedError(
                "the key is suspended",
                code="suspended",
                hint="wait for the suspension to lapse, or enrol a new key",
                retry_after_s=3600,
            )

    def is_suspended(self, member: Member, log_time: int) -> bool:
        """Tell whether the key pauses at *log_time*."""
        if member.suspended_at is None:
            return False
        start = member.suspended_from or self._log_time_began
        return start == 0 or log_time < start + SUSPENSION_MS

    def is_recipient(self, sealing: KeyId, log_time: int) -> bool:
        """Tell whether one may seal to this key now: an archive, or a living key."""
        if any(party.archive.id == sealing for party in self.parties.values()):
            return True
        member = self._by_sealing.get(sealing)
        if member is None:
            return False
        try:
            self._require_alive(member, log_time)
        except RefusedError:
            return False
        return True

    def recipients(self, log_time: int) -> dict[KeyId, SealingPublicKey]:
        """Return the default recipients: every archive, person and bot that lives (SPEC 5.3)."""
        found = {party.archive.id: party.archive for party in self.parties.values()}
        for member in self._members.values():
            key = member.sealing if member.role != roles.AUDITOR else None
            if key is not None and self.is_recipient(key.id, log_time):
                found[key.id] = key
        return found

    def _require_alive(self, member: Member, log_time: int) -> None:
        if member.revoked_at is not None:
            raise RefusedError(
                worded("the key was revoked by entry %(revoked_at)s", revoked_at=member.revoked_at),
                code="key-ended",
                hint="enrol a new key and send with that one",
            )
        if log_time >= member.not_after:
            raise RefusedError(
                "the key's time is over",
                code="key-expired",
                hint="enrol a new key and send with that one",
            )

    # reading documents against the present state

    def read_manifest(self, document: Document) -> Manifest:
        """Check a later manifest: next number, signed by both thresholds (SPEC 5.1).

        Raises:
            PeerError: Not acceptable.
            RefusedError: Code ``document``: not the next one.
        """
        unread = Manifest.decode(document.body)
        party = self._party(unread.party)
        new = documents.parse_roots(unread.roots)
        manifest, signed = documents.verify(document, Manifest, {**new, **party.roots})
        self._require_channel(manifest.channel)
        if manifest.number != party.manifest.number + 1:
            raise _document(
                worded("expected manifest %(number)s", number=party.manifest.number + 1)
            )
        if manifest.previous != party.manifest_ids[-1]:
            raise _document("expected the manifest to name the one before it")
        if self.charter.quorum == "all" and not manifest.cosigners:
            raise _document("expected cosigner keys, since the charter has a quorum")
        documents.require_threshold(signed, party.roots, party.manifest.threshold)
        documents.require_threshold(signed, new, manifest.threshold)
        archive = SealingPublicKey.parse(manifest.archive)
        documents.check_cosigners(manifest)
        added = [root for key, root in new.items() if key not in party.roots]
        if not self._are_new(*added, *([archive] if archive.id != party.archive.id else [])):
            raise _document("expected roots and archive in force, or of which no part was seen")
        if not self._are_own_cosigners(manifest):
            raise _document("expected cosigners that no other party has named")
        return manifest

    def read_enrolment(self, document: Document, log_time: int) -> EnrolmentRead:
        """Check an enrolment: keys new, possession proven, signed by who may (SPEC 5.4).

        Raises:
            PeerError: Not acceptable.
            RefusedError: Code ``document``.
        """
        request, key, sealing = documents.read_enrolment(Enrolment.decode(document.body))
        party = self._party(request.party)
        self._require_channel(request.channel)
        if not self._are_new(key, sealing):
            raise _document("expected a key of which no part was ever seen")
        self._require_signers(document, Enrolment, party, "sign-enrolment", request.role, log_time)
        return EnrolmentRead(request, key, sealing)

    def read_revocation(self, document: Document, log_time: int) -> Revocation:
        """Check a revocation: of a living key, signed by who may (SPEC 5.4).

        Raises:
            PeerError: Not acceptable.
            RefusedError: Code ``document``.
        """
        revocation = Revocation.decode(document.body)
        member = self._target(revocation.channel, revocation.party, revocation.key)
        if member.revoked_at is not None:
            raise _document("expected a key that is not revoked yet")
        self._require_signers(
            document,
            Revocation,
            self._party(revocation.party),
            "sign-revocation",
            member.role,
            log_time,
        )
        return revocation

    def read_suspension(self, document: Document, log_time: int) -> Suspension:
        """Check a suspension: once per key, by two officers of the party (SPEC 5.4).

        Raises:
            PeerError: Not acceptable.
            RefusedError: Code ``document``.
        """
        suspension = Suspension.decode(document.body)
        member = self._target(suspension.channel, suspension.party, suspension.key)
        if member.role == roles.REGISTRAR or member.suspended_at is not None:
            raise _document("expected a key that was never suspended, and not a registrar's")
        signers = self._living_signers(suspension.party, "sign-suspension", log_time)
        _, signed = documents.verify(document, Suspension, signers)
        holders = {self._members[key].holder for key in signed}
        if len(holders) < 2:
            raise _document("expected the signatures of two officers")
        return suspension

    def _require_signers(
        self,
        document: Document,
        kind: type[Signable],
        party: PartyTrust,
        action: str,
        target_role: str,
        log_time: int,
    ) -> None:
        # The roots' threshold may sign any; one registrar those of the roles that roots need not.
        registrars = self._living_signers(party.code, action, log_time)
        _, signed = documents.verify(document, kind, {**registrars, **party.roots})
        if signed & registrars.keys() and target_role not in roles.ROOT_ENROLLED:
            return
        documents.require_threshold(signed, party.roots, party.manifest.threshold)

    def _living_signers(self, party: str, action: str, log_time: int) -> Mapping[KeyId, PublicKey]:
        found = {}
        for member in self._members.values():
            if member.party == party and roles.may(member.role, action):
                try:
                    self.require_in_force(member, log_time)
                except RefusedError:
                    continue
                found[member.id] = member.key
        return found

    def _target(self, channel: bytes, party: str, key: bytes) -> Member:
        self._require_channel(channel)
        member = self._members.get(KeyId(key))
        if member is None or member.party != party:
            raise _document("expected the key of a person or machine of the party named")
        return member

    def _are_new(self, *keys: PublicKey | SealingPublicKey) -> bool:
        halves = [half for key in keys for half in key.halves]
        return len(set(halves)) == len(halves) and self._halves.isdisjoint(halves)

    def _are_own_cosigners(self, manifest: Manifest) -> bool:
        # One name or key in two hands would make one party's notes fail, or count as the other's.
        others = {
            value
            for party in self.parties.values()
            for each in party.manifests
            for cosigner in each.cosigners
            if party.code != manifest.party
            for value in (cosigner.name, cosigner.ed25519, cosigner.mldsa44)
        }
        return not any(
            {each.name, each.ed25519, each.mldsa44} & others for each in manifest.cosigners
        )

    def _party(self, code: str) -> PartyTrust:
        if code not in self.parties:
            raise _document("expected a party of this channel")
        return self.parties[code]

    def _require_channel(self, channel: bytes) -> None:
        if channel != self.channel:
            raise _document("expected a document made for this channel")

    # changing

    def apply_manifest(self, manifest: Manifest, document: Digest) -> None:
        """Put a manifest that :meth:`read_manifest` returned in force."""
        party = self.parties[manifest.party]
        party.manifests.append(manifest)
        party.manifest_ids.append(document)
        party.roots = documents.parse_roots(manifest.roots)
        party.archive = SealingPublicKey.parse(manifest.archive)
        self._halves.update(party.archive.halves)
        for root in party.roots.values():
            self._halves.update(root.halves)

    def apply_enrolment(self, read: EnrolmentRead, index: int) -> None:
        """Take in a key that :meth:`read_enrolment` returned."""
        member = Member(
            read.request.party,
            read.request.role,
            read.request.holder,
            read.key,
            read.sealing,
            index,
            read.request.not_after,
        )
        self._members[member.id] = member
        self._by_sealing[read.sealing.id] = member
        self._halves.update((*read.key.halves, *read.sealing.halves))

    def apply_revocation(self, revocation: Revocation, index: int) -> None:
        """End a key."""
        member = self._members[KeyId(revocation.key)]
        member.revoked_at = index
        member.contested_from = revocation.compromised_since or None

    def apply_suspension(self, suspension: Suspension, index: int, log_time: int) -> None:
        """Pause a key."""
        member = self._members[KeyId(suspension.key)]
        member.suspended_at = index
        member.suspended_from = log_time


def _document(message: str) -> RefusedError:
    return RefusedError(message, code="document", hint="have the party make the document again")
