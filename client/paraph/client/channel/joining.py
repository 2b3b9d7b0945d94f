"""Joining a channel: admit, found, keep a replica, enrol keys (SPEC 5.1, 8.1).

Every step may be repeated after a crash or a lost line: admission is asked once, founding is
answered with what was placed, a replica that is there is kept, and an enrolment leaves from the
outbox with the same bytes until it is proven.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Final, Protocol

from paraph.client.keys import cards, members
from paraph.client.keys.cards import CharterFile, MemberRequest
from paraph.client.keys.founding import admission, require_root, save_trust
from paraph.client.keys.home import ChannelHome, Home
from paraph.client.keys.vault import HeldKey, Vault, VaultContent
from paraph.client.log.replica import Replica
from paraph.client.sending.numbering import is_elsewhere
from paraph.client.sending.outbox import Outbox
from paraph.protocol import documents, roles
from paraph.protocol.documents import Charter, Document, Enrolment
from paraph.protocol.errors import ForgedError, InputError, RefusedError
from paraph.protocol.keys import SecretKey, Signer
from paraph.protocol.log import ChannelLog
from paraph.protocol.names import ChannelId, KeyId
from paraph.protocol.relay import RelayChannel, RelayFront
from paraph.protocol.statements.clear import EnrolEntry
from paraph.protocol.wire import Founding

TRUST_NAME: Final = "trust.json"
_NOT_THERE: Final = frozenset({"unknown-channel", "session"})


class Link(RelayFront, Protocol):
    """A way to a relay: before there is a session, and to one."""

    async def open(self, channel: ChannelId, origin_prefix: str, signer: Signer) -> RelayChannel:
        """Open a session of the key of *signer* in *channel*."""

    async def close(self) -> None:
        """Give up every connection."""


@contextlib.asynccontextmanager
async def closing(link: Link) -> AsyncIterator[Link]:
    """Close *link* at the end of the block."""
    try:
        yield link
    finally:
        await link.close()


async def admit(link: Link, content: VaultContent, code: str) -> None:
    """Show the operator's enrolment code, if there is one.

    Raises:
        RefusedError: Code ``code``: unknown, or used by another root set.
    """
    if code:
        await link.admit(admission(content, code))


async def found(link: Link, file: CharterFile) -> CharterFile:
    """Submit the founding entries; return the file with those that were placed.

    Raises:
        RefusedError: Code ``not-admitted``: a party has not shown its enrolment code yet.
        ForgedError: The relay answered with another channel.
    """
    answer = await link.found(Founding(envelopes=file.founding))
    return _placed(file, answer.envelopes)


async def fetch_founding(link: Link, content: VaultContent, file: CharterFile) -> CharterFile:
    """Ask the relay for the founding entries of a charter that the other side completed.

    Raises:
        RefusedError: Code ``not-founded``: nobody has founded it yet.
        ForgedError: The relay answered with another channel.
    """
    charter = Charter.decode(file.charter.body)
    channel = documents.channel_of(file.charter)
    try:
        relay = await link.open(channel, charter.origin_prefix, require_root(content))
        entries = await relay.entries(0)
    except RefusedError as error:
        if error.code not in _NOT_THERE:
            raise
        raise RefusedError(
            "the channel is not founded yet",
            code="not-founded",
            hint="the other party must run paraph channel accept with this file first",
        ) from error
    return _placed(file, entries.envelopes[: 1 + len(charter.parties)])


def _placed(file: CharterFile, envelopes: Iterable[bytes]) -> CharterFile:
    placed = tuple(envelopes)
    log = ChannelLog(placed)
    if log.channel != documents.channel_of(file.charter):
        raise ForgedError("expected the founding entries of the charter that was submitted")
    return dataclasses.replace(file, founding=placed)


def join(home: Home, file: CharterFile) -> ChannelHome:
    """Keep a replica of a channel that is founded, and the trust file for its audit.

    The log's keys and origin are pinned from the charter, never from the relay.

    Raises:
        PeerError: Something in the file does not verify.
        InputError: Nobody has founded the channel yet.
    """
    cards.read_charter_file(file)
    if not file.founding:
        raise InputError(
            "expected a charter file that is complete",
            code="not-founded",
            hint="paraph channel accept completes it",
        )
    channel = documents.channel_of(file.charter)
    _placed(file, file.founding)
    folder = home.channel(channel)
    folder.save_relay(file.relay)
    cards.write(folder.charter, file)
    save_trust(folder.path / TRUST_NAME, file)
    if not folder.exists:
        Replica.create(folder, file.founding).close()
    return folder


# ------------------------------------------------------------------ enrolling


async def enrol_own(
    vault: Vault,
    folder: ChannelHome,
    link: Link,
    wanted: Iterable[str],
    *,
    now: int,
    renew: bool = False,
) -> tuple[HeldKey, ...]:
    """Enrol this home's own keys in *wanted* roles; a role that it holds already is finished.

    A key that was revoked, or whose time is over, holds no role. With *renew* neither does one
    that lives: its successor, new in both keys, is used from now on, and it reads what it could.

    Returns:
        The keys. One that is still ``asked`` lacks root signatures that are not here: its
        request stands at :func:`request_path`, to travel to the next root.
    """
    channel = folder.channel
    keys, ready = [], []
    ended = await _ended(vault.content, folder, link)
    for role in wanted:
        held = [
            key
            for key in vault.content.held(channel, role)
            if key.state == "asked"
            or (key.state == "enrolled" and not renew and key.id not in ended)
        ]
        keys.append(held[0] if held else members.new_key(vault, channel, role, now=now))
    for key in keys:
        if key.state != "asked":
            continue
        unsigned = members.enrolment_of(vault.content, key)
        document, missing = sign_enrolment(vault.content, channel, unsigned)
        if missing:
            cards.write(request_path(folder, key.role), MemberRequest(enrolment=document))
        else:
            ready.append((key, document))
    await enrol(vault, folder, link, [document for _, document in ready], now=now)
    done = [key for key, _ in ready]
    for key in done:  # what it replaces opens what it could, and says nothing any more
        for old in vault.content.held(channel, key.role):
            if old.state == "enrolled":
                members.set_state(vault, old, "retired")
    return tuple(members.set_state(vault, key, "enrolled") if key in done else key for key in keys)


async def _ended(content: VaultContent, folder: ChannelHome, link: Link) -> frozenset[KeyId]:
    # Keys that do not count any more, by the newest head; nothing is asked for a first key.
    if not any(key.state == "enrolled" for key in content.held(folder.channel)):
        return frozenset()
    signer, replica = carrier(content, folder.channel), Replica.load(folder)
    try:
        prefix = replica.log.charter.origin_prefix
        await replica.sync(await link.open(folder.channel, prefix, signer))
        log_time = replica.log.log_time
        return frozenset(
            member.id
            for member in replica.log.trust.members()
            if member.revoked_at is not None or log_time >= member.not_after
        )
    finally:
        replica.close()


def request_path(folder: ChannelHome, role: str) -> Path:
    """Return where the request of an own key waits that lacks root signatures."""
    return folder.path / f"{role}.request"


async def enrol(
    vault: Vault,
    folder: ChannelHome,
    link: Link,
    enrolments: Iterable[Document],
    *,
    now: int,
) -> tuple[int, ...]:
    """Sign *enrolments* with this home's roots or registrar key, and place them.

    Returns:
        The index of each.

    Raises:
        RefusedError: Not allowed to this home, or the relay refused it.
        InputError: Too few roots are here (code ``below-threshold``).
    """
    replica = Replica.load(folder)
    try:
        party = vault.content.party
        signed = []
        for document in enrolments:
            request = members.read_request(document, folder.channel, party)
            members.check_life(request, now)
            full, missing = sign_enrolment(vault.content, folder.channel, document)
            if missing:
                raise InputError(
                    f"{missing} more root signature(s) of {party} must be added",
                    code="below-threshold",
                    hint="paraph member add FILE -o FILE adds those of this home",
                )
            signed.append(full)
        if not signed:
            return ()
        relay, signer = await carrying(vault.content, folder, link, replica)
        outbox = Outbox(replica, signer)
        indices = []
        for document in signed:
            request, key, _ = documents.read_enrolment(Enrolment.decode(document.body))
            known = replica.log.trust.member(key.id)
            if known is None:
                row = outbox.prepare_clear(EnrolEntry(document=document))
                await outbox.send(relay)
                indices.append(replica.log.placed[row.id])
            else:
                indices.append(known.enrolled_at)
        return tuple(indices)
    finally:
        replica.close()


def sign_enrolment(
    content: VaultContent, channel: ChannelId, document: Document
) -> tuple[Document, int]:
    """Add the signatures of this home to an enrolment.

    Returns:
        The document, and how many root signatures it still lacks.

    Raises:
        RefusedError: Code ``role``: this home may not enrol that role.
    """
    request = members.read_request(document, channel, content.party)
    signed = {each.key for each in document.signatures}
    registrars = [
        key.signer for key in content.held(channel, roles.REGISTRAR) if key.state == "enrolled"
    ]
    if request.role not in roles.ROOT_ENROLLED and registrars:
        return documents.countersign(document, Enrolment, registrars[:1]), 0
    roots = documents.parse_roots(content.root_publics)
    lacking = content.root_threshold - len({KeyId(each) for each in signed} & roots.keys())
    if lacking <= 0:
        return document, 0
    free: list[SecretKey] = [each for each in content.root_signers if each.public.id not in signed]
    if not free:
        raise RefusedError(
            f"this home may not enrol a {request.role}",
            code="role",
            hint="a home with roots of the party must run this command",
        )
    added = free[:lacking]
    return documents.countersign(document, Enrolment, added), lacking - len(added)


async def carrying(
    content: VaultContent, folder: ChannelHome, link: Link, replica: Replica
) -> tuple[RelayChannel, SecretKey]:
    """Fetch what is new, and return a session and the key that may carry a document in it.

    Raises:
        InputError: This home has none.
    """
    prefix = replica.log.charter.origin_prefix
    signer = carrier(content, folder.channel)
    relay = await link.open(folder.channel, prefix, signer)
    await replica.sync(relay)
    free = carrier(content, folder.channel, replica)
    if free.public.id != signer.public.id:
        relay = await link.open(folder.channel, prefix, free)
    return relay, free


def carrier(content: VaultContent, channel: ChannelId, replica: Replica | None = None) -> SecretKey:
    """Return the key that carries a document to the log: any of the party that is in force.

    With a *replica* it is a root whose numbers this home knows: where a channel's folder was
    lost, the root that spoke from it says nothing here any more, and another one does.

    Raises:
        InputError: This home has none.
    """
    if content.roots:
        free = (
            each
            for each in content.root_signers
            if replica is None or not is_elsewhere(replica, each.public.id)
        )
        return next(free, content.root_signers[0])
    held = [key for key in content.held(channel) if key.state == "enrolled"]
    for key in sorted(held, key=lambda each: each.role != roles.REGISTRAR):
        if roles.may(key.role, "enrol"):
            return key.signer
    raise InputError(
        "expected a home with a key that is enrolled in this channel",
        code="no-key",
        hint="use the home that holds the roots or the registrar's key",
    )


def request_member(
    vault: Vault, folder: ChannelHome, role: str, *, now: int, days: int = members.KEY_DAYS
) -> tuple[HeldKey, MemberRequest]:
    """Make a key for a further person and the request that travels to its party's roots.

    Asked again before it is enrolled, it returns the same key.
    """
    waiting = [key for key in vault.content.held(folder.channel, role) if key.state == "asked"]
    key = (
        waiting[0] if waiting else members.new_key(vault, folder.channel, role, now=now, days=days)
    )
    return key, MemberRequest(enrolment=members.enrolment_of(vault.content, key))
