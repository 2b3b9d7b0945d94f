"""From bytes to a statement that may be believed (SPEC 5.1).

``bytes`` → :class:`Unverified` (decoded, nothing believed) → :class:`Verified`, which only
:func:`verify` and :func:`make` make and which alone the rest of the program acts on.
"""

from __future__ import annotations

import dataclasses
from typing import Final, Self

from paraph.protocol.errors import MisuseError, UnsupportedError
from paraph.protocol.keys import SIGNATURE_SIZE, PublicKey, Signer
from paraph.protocol.names import Context, KeyId, StatementId
from paraph.protocol.statements.envelope import (
    VERSION,
    Envelope,
    Statement,
    statement_id,
)


@dataclasses.dataclass(frozen=True, slots=True)
class Unverified:
    """A decoded envelope that nobody has vouched for.

    Attributes:
        envelope: The bytes as received.
        statement: What they claim to say.
        statement_bytes: The part that is signed.
        id: Statement id.
    """

    envelope: bytes
    statement: Statement
    statement_bytes: bytes
    id: StatementId

    @property
    def signature(self) -> bytes:
        """Composite signature, unchecked: the end of every canonical envelope."""
        return self.envelope[-SIGNATURE_SIZE:]


_MADE_HERE: Final = object()


@dataclasses.dataclass(frozen=True, slots=True)
class Verified:
    """A statement whose signature was checked under ``key``, or was made here with it.

    That the key may say this is another question: :class:`paraph.protocol.log.ChannelLog`.
    """

    unverified: Unverified
    key: PublicKey
    seal: object

    def __post_init__(self) -> None:
        """Refuse to be made anywhere but in this module."""
        if self.seal is not _MADE_HERE:
            raise MisuseError("only this module makes a verified statement")

    @property
    def statement(self) -> Statement:
        """What was said."""
        return self.unverified.statement

    @property
    def id(self) -> StatementId:
        """Statement id."""
        return self.unverified.id


def context_of(statement: Statement) -> Context:
    """Return the one context that a statement of this type is signed under."""
    return Context(f"paraph/v1/{statement.type}")


def read(envelope: bytes) -> Unverified:
    """Decode an envelope and the statement inside.

    Raises:
        MalformedError: Not canonical, or over a limit.
        UnsupportedError: A protocol version other than 1.
    """
    body = Envelope.decode(envelope).statement
    statement = Statement.decode(body)
    if statement.version != VERSION:
        raise UnsupportedError(f"expected protocol version {VERSION}")
    return Unverified(
        envelope=envelope,
        statement=statement,
        statement_bytes=body,
        id=statement_id(body),
    )


def verify(unverified: Unverified, key: PublicKey) -> Verified:
    """Check the signature under *key*, which must be the sender's.

    Raises:
        ForgedError: The signature fails.
        MisuseError: Another key's statement.
    """
    if unverified.statement.sender != key.id:
        raise MisuseError("verify under the key that the statement names")
    key.verify(context_of(unverified.statement), unverified.statement_bytes, unverified.signature)
    return Verified(unverified, key, _MADE_HERE)


def assume_checked(unverified: Unverified, key: PublicKey) -> Verified:
    """Take a signature as checked, without checking it again.

    Only for a reader's own store, and only for rows that :func:`verify` passed before they were
    stored and whose root was compared with a head that the reader had remembered apart from it;
    and for what a process of the reader's own has just checked under this very key.

    Raises:
        MisuseError: Another key's statement.
    """
    if unverified.statement.sender != key.id:
        raise MisuseError("take a statement as checked under the key that it names")
    return Verified(unverified, key, _MADE_HERE)


@dataclasses.dataclass(frozen=True, slots=True)
class Unsigned:
    """A statement of ours, encoded once: to be signed, and to be named by the next one.

    Attributes:
        statement: What is said.
        statement_bytes: The part that is signed.
        id: Statement id.
    """

    statement: Statement
    statement_bytes: bytes
    id: StatementId

    @classmethod
    def of(cls, statement: Statement) -> Self:
        """Encode *statement*."""
        body = statement.encode()
        return cls(statement, body, statement_id(body))


def make(statement: Statement, signer: Signer) -> Verified:
    """Sign *statement* as its sender. What was signed here is not checked again here.

    Raises:
        MisuseError: *signer* is not the sender.
    """
    return finish(Unsigned.of(statement), signer)


def finish(unsigned: Unsigned, signer: Signer) -> Verified:
    """Do what :func:`make` does with a statement that is encoded already."""
    statement, body = unsigned.statement, unsigned.statement_bytes
    if statement.sender != signer.public.id:
        raise MisuseError("the signer is not the sender of the statement")
    signature = signer.sign(context_of(statement), body)
    envelope = Envelope(statement=body, signature=signature).encode()
    made = Unverified(envelope, statement, body, unsigned.id)
    return Verified(made, signer.public, _MADE_HERE)


def sign(statement: Statement, signer: Signer) -> bytes:
    """Return the envelope of *statement*, signed by its sender; errors as of :func:`make`."""
    return make(statement, signer).unverified.envelope


def sender_of(unverified: Unverified) -> KeyId:
    """Return the id of the key that claims to speak."""
    return KeyId(unverified.statement.sender)
