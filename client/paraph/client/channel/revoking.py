"""Ending a key of one's own party before its time: lost, stolen, or left behind (SPEC 5.4).

The roots' threshold may end any; a registrar those that a registrar may enrol. Below the
threshold the paper travels from root to root, as a request does.
"""

from __future__ import annotations

from paraph.client.channel.joining import Link, carrying
from paraph.client.keys.home import ChannelHome
from paraph.client.keys.vault import VaultContent
from paraph.client.log.replica import Replica
from paraph.client.sending.outbox import Outbox
from paraph.protocol import documents, roles
from paraph.protocol.documents import Document, Revocation
from paraph.protocol.errors import InputError, RefusedError
from paraph.protocol.log import ChannelLog
from paraph.protocol.names import ChannelId, KeyId
from paraph.protocol.statements.clear import RevokeEntry
from paraph.protocol.trust import Member


def draft(log: ChannelLog, party: str, text: str, reason: str, since: int) -> Document:
    """Return the unsigned revocation of the key that *text* names.

    Args:
        log: The channel's log.
        party: Code of one's own party.
        text: Start of the key's id, or a role that one key has.
        reason: One of :data:`~paraph.protocol.documents.REASONS`.
        since: Index from which what the key said is contested; 0 for no claim.

    Raises:
        InputError: No such key is in force, or several.
    """
    living = [
        each for each in log.trust.members() if each.party == party and each.revoked_at is None
    ]
    found = [
        each
        for each in living
        if each.role == text or (len(text) >= 4 and each.id.hex().startswith(text.lower()))
    ]
    if len(found) != 1:
        raise InputError(
            f"expected one key of {party} that is not revoked, found {len(found) or 'none'}",
            code="unknown-key",
            hint="paraph member list shows them; give at least four digits of the id",
        )
    if since and since >= log.size:
        raise InputError(
            f"expected an index below {log.size}",
            code="unknown-statement",
            hint="paraph log shows what the key has said",
        )
    return documents.draft(
        Revocation(
            channel=log.channel,
            party=party,
            key=found[0].id,
            reason=reason,
            compromised_since=since,
        )
    )


def read(document: Document, log: ChannelLog, party: str) -> Member:
    """Return the key that *document* would end.

    Raises:
        InputError: It is of another party or channel, or of no key that is known.
    """
    body = Revocation.decode(document.body)
    if (body.channel, body.party) != (log.channel, party):
        raise InputError(
            f"expected a revocation of {party} in the channel {log.channel.hex()[:8]}",
            code="not-a-party",
            hint="check --channel and --home",
        )
    member = log.trust.member(KeyId(body.key))
    if member is None or member.party != party:
        raise InputError(
            f"expected a key of {party} that is enrolled",
            code="unknown-key",
            hint="paraph sync, then paraph member list",
        )
    return member


def sign(
    content: VaultContent, channel: ChannelId, member: Member, document: Document
) -> tuple[Document, int]:
    """Add the signatures of this home.

    Returns:
        The document, and how many root signatures it still lacks.

    Raises:
        RefusedError: Code ``role``: this home may not end that key.
    """
    registrars = [
        key.signer
        for key in content.held(channel, roles.REGISTRAR)
        if key.state == "enrolled" and key.id != member.id
    ]
    if member.role not in roles.ROOT_ENROLLED and registrars:
        return documents.countersign(document, Revocation, registrars[:1]), 0
    roots = documents.parse_roots(content.root_publics)
    signed = {KeyId(each.key) for each in document.signatures}
    lacking = content.root_threshold - len(signed & roots.keys())
    free = [each for each in content.root_signers if each.public.id not in signed]
    if lacking > 0 and not free:
        raise RefusedError(
            f"this home may not revoke the key of a {member.role}",
            code="role",
            hint="a home with roots of the party must run this command",
        )
    added = free[: max(lacking, 0)]
    return documents.countersign(document, Revocation, added), max(lacking - len(added), 0)


async def place(content: VaultContent, folder: ChannelHome, link: Link, document: Document) -> int:
    """Send a revocation with enough signatures; return its index.

    A repeat finds the key revoked and says where.
    """
    replica = Replica.load(folder)
    try:
        key = KeyId(Revocation.decode(document.body).key)
        relay, sender = await carrying(content, folder, link, replica)
        known = replica.log.trust.member(key)
        if known is not None and known.revoked_at is not None:
            return known.revoked_at
        outbox = Outbox(replica, sender)
        row = outbox.prepare_clear(RevokeEntry(document=document))
        await outbox.send(relay)
        return replica.log.placed[row.id]
    finally:
        replica.close()
