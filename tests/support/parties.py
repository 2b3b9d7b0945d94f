"""The parties of a channel and their people, with every secret in one hand."""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
from typing import Final

from paraph.protocol import documents
from paraph.protocol.checkpoint import CosignerSecret
from paraph.protocol.documents import (
    Cosigner,
    Document,
    Manifest,
    Name,
    Policy,
)
from paraph.protocol.keys import SecretKey
from paraph.protocol.names import ZERO, Context, KeyId
from paraph.protocol.sealed import SealingKey
from paraph.protocol.wire import Admission
from paraph.protocol.wire import admission_message as admission_bytes
from paraph.protocol.words import root_digest

_numbers: Final = itertools.count(1)


@dataclasses.dataclass(slots=True)
class Person:
    """One key pair in one role, and the count of what it has said.

    Attributes:
        party: Party code.
        role: Role, or ``root``.
        signing: Its signing key.
        sealing: Its sealing key; a root's is never used.
        holder: Opaque id.
        sequence: Number of the last statement signed.
        previous: Id of the last statement signed; the channel id before the first.
    """

    party: str
    role: str
    signing: SecretKey
    sealing: SealingKey
    holder: bytes
    sequence: int = 0
    previous: bytes = ZERO

    @property
    def id(self) -> KeyId:
        """Id of the signing key."""
        return self.signing.public.id


@dataclasses.dataclass(slots=True)
class Party:
    """A ministry with all its secrets."""

    code: str
    roots: tuple[SecretKey, ...]
    threshold: int
    archive: SealingKey
    cosigner: CosignerSecret | None
    manifest: Document
    carrier: Person
    """Its first root, as the author of statements that carry documents."""
    people: list[Person] = dataclasses.field(default_factory=list)

    def person(self, role: str) -> Person:
        """Return the first person enrolled in *role*."""
        return next(each for each in self.people if each.role == role)

    def admission(self, code: str) -> Admission:
        """Return the admission of this root set under an operator's *code*."""
        raw = tuple(sorted(root.public.raw for root in self.roots))
        ids = [root.public.id for root in self.roots]
        message = admission_bytes(code, root_digest(self.code, self.threshold, ids))
        return Admission(
            code=code,
            party=self.code,
            roots=raw,
            threshold=self.threshold,
            signature=self.roots[0].sign(Context.POSSESSION, message),
        )


def make_party(code: str, *, roots: int = 1, threshold: int = 1, cosigner: bool = False) -> Party:
    """Return a party with new keys and a signed first manifest."""
    keys = tuple(SecretKey.generate() for _ in range(roots))
    archive = SealingKey.generate()
    secret = CosignerSecret.generate() if cosigner else None
    cosigners: tuple[Cosigner, ...] = ()
    if secret is not None:
        ed25519, mldsa44 = secret.public
        name = f"{code.lower()}.example/cosigner/1"
        cosigners = (Cosigner(name=name, ed25519=ed25519, mldsa44=mldsa44),)
    manifest = Manifest(
        party=code,
        number=1,
        channel=ZERO,
        previous=ZERO,
        names=(Name(language="en", name=f"Ministry {code}"),),
        roots=tuple(sorted(key.public.raw for key in keys)),
        threshold=threshold,
        cosigners=cosigners,
        archive=archive.public.raw,
        policy=Policy(initiallers=1, signatories=1, release=(), new_keys="root_signed"),
    )
    document = documents.countersign(documents.draft(manifest), Manifest, keys)
    carrier = Person(code, "root", keys[0], archive, bytes(16))
    return Party(code, keys, threshold, archive, secret, document, carrier)


def anew(party: Party) -> Party:
    """Return the same roots at the beginning of another channel."""
    carrier = dataclasses.replace(party.carrier, sequence=0, previous=ZERO)
    return dataclasses.replace(party, carrier=carrier, people=[])


def new_person(party: str, role: str) -> Person:
    """Return a person with new keys that nobody has enrolled yet."""
    return Person(party, role, SecretKey.generate(), SealingKey.generate(), new_holder())


def new_holder() -> bytes:
    """Return an id that nobody has yet."""
    return hashlib.sha256(next(_numbers).to_bytes(8, "little") + b"holder").digest()[:16]
