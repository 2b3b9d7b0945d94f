"""People and machines: their keys, the request to be enrolled, the enrolment (SPEC 5.4).

A new key is in the vault before anything about it leaves the home: a crash costs an unused key,
never one that is enrolled and lost.
"""

from __future__ import annotations

import dataclasses
import os
from typing import Final

from paraph.client.keys import cards
from paraph.client.keys.cards import CharterFile
from paraph.client.keys.home import Home
from paraph.client.keys.vault import HeldKey, Vault, VaultContent, VaultName, empty_content
from paraph.protocol import documents, roles
from paraph.protocol.documents import Document, EnrolmentRequest, Manifest
from paraph.protocol.errors import InputError, RefusedError
from paraph.protocol.keys import SecretKey
from paraph.protocol.names import ChannelId
from paraph.protocol.sealed import SealingKey
from paraph.protocol.trust import Member, Trust

DAY_MS: Final = 24 * 3600 * 1000
KEY_DAYS: Final = 90
"""Longest life of a person's or a bot's key: the enrolling client sees to it, no rule does."""


def new_key(
    vault: Vault, channel: ChannelId, role: str, *, now: int, days: int = KEY_DAYS
) -> HeldKey:
    """Make a key for one role in one channel, kept in the vault before anything leaves.

    A bot is a machine: it gets a holder id of its own.

    Raises:
        InputError: A life outside 1 to 90 days.
    """
    if not 1 <= days <= KEY_DAYS:
        raise InputError(f"expected a key's life of 1 to {KEY_DAYS} days")
    machine = role in {roles.BOT, roles.AUDITOR}
    key = HeldKey(
        channel=channel,
        role=role,
        holder=os.urandom(16) if machine else vault.content.holder,
        signing=SecretKey.generate().seed,
        sealing=SealingKey.generate().seed,
        not_after=now + days * DAY_MS,
        state="asked",
    )
    keys = tuple(sorted((*vault.content.keys, key)))
    vault.update(dataclasses.replace(vault.content, keys=keys))
    return key


def choose_key(vault: Vault, channel: ChannelId, role: str | None) -> HeldKey:
    """Return the key of *role*; if none is named, the one person's key, or the desk officer's.

    Raises:
        InputError: None, or several.
    """
    keys = [key for key in vault.content.held(channel, role) if key.state != "retired"]
    if role is None:
        keys = [key for key in keys if key.role in roles.PERSONS] or keys
        # A role that was only asked for stands in the way of none that is there.
        there = {key.role for key in keys if key.state == "enrolled"}
        keys = [key for key in keys if key.role in there] or keys
    # The newest of several in one role: a renewal.
    newest = {key.role: key for key in sorted(keys, key=lambda each: each.not_after)}
    if len(newest) == 1:
        return next(iter(newest.values()))
    if role is None and roles.DESK in newest:
        return newest[roles.DESK]
    if not newest:
        raise InputError(
            f"expected a key{f' of a {role}' if role else ''} in this channel",
            code="no-key",
            hint="paraph member add --self --role ROLE makes one; paraph member list shows all",
        )
    raise InputError(
        f"expected one role, this home has {', '.join(sorted(newest))}",
        code="role-needed",
        hint="say which with --role",
    )


def set_state(vault: Vault, key: HeldKey, state: str) -> HeldKey:
    """Note in the vault how far the enrolment of *key* is."""
    if key.state == state:
        return key
    changed = dataclasses.replace(key, state=state)
    kept = (each for each in vault.content.keys if each.signing != key.signing)
    vault.update(dataclasses.replace(vault.content, keys=tuple(sorted((*kept, changed)))))
    return changed


def enrolment_of(content: VaultContent, key: HeldKey) -> Document:
    """Return the unsigned enrolment of *key*, with proof that it is at hand."""
    request = EnrolmentRequest(
        channel=key.channel,
        party=content.party,
        role=key.role,
        holder=key.holder,
        signing=key.signer.public.raw,
        sealing=key.opener.public.raw,
        not_after=key.not_after,
    )
    return documents.make_enrolment(request, key.signer)


def join_party(
    home: Home, file: CharterFile, party: str, passphrase: bytes, *, cheap: bool = False
) -> Vault:
    """Make the home of a further person of *party*: a key file that holds no roots.

    Raises:
        InputError: The charter is not of that party, or the home has a key file.
    """
    charter, _ = cards.read_charter_file(file)
    own = next((each for each in charter.parties if each.code == party), None)
    if own is None:
        raise InputError(
            f"expected --party to be one of {', '.join(each.code for each in charter.parties)}",
            code="not-a-party",
        )
    manifest = Manifest.decode(file.manifests[charter.parties.index(own)].body)
    content = dataclasses.replace(
        empty_content(),
        party=party,
        names=tuple(VaultName(language=each.language, name=each.name) for each in manifest.names),
        root_publics=own.roots,
        root_threshold=own.threshold,
    )
    return Vault.create(home.vault_path, passphrase, cheap=cheap, content=content)


def read_request(document: Document, channel: ChannelId, party: str) -> EnrolmentRequest:
    """Check what a new key asks for.

    Raises:
        ForgedError: A key is not acceptable, or possession is not proven.
        InputError: It asks another party or another channel.
    """
    request, _, _ = documents.read_enrolment(documents.Enrolment.decode(document.body))
    if (request.channel, request.party) != (channel, party):
        raise InputError(
            f"expected a request to {party} in the channel {channel.hex()[:8]}",
            code="not-a-party",
            hint="check --channel and --home",
        )
    return request


def check_life(request: EnrolmentRequest, now: int) -> None:
    """Refuse a key that would live too long.

    Raises:
        RefusedError: Code ``key-life``.
    """
    if request.not_after > now + KEY_DAYS * DAY_MS:
        raise RefusedError(
            f"expected a key that ends within {KEY_DAYS} days",
            code="key-life",
            hint="have the request made again",
        )


def standing(trust: Trust, member: Member, log_time: int) -> str:
    """Return how an enrolled key stands: in_force, suspended, expired or revoked."""
    if member.revoked_at is not None:
        return "revoked"
    if log_time >= member.not_after:
        return "expired"
    return "suspended" if trust.is_suspended(member, log_time) else "in_force"


def not_enrolled(role: str) -> RefusedError:
    """Return the refusal of a key that the log does not know yet."""
    return RefusedError(
        f"the key of this {role} is not enrolled yet",
        code="not-enrolled",
        hint="a colleague with your party's roots runs paraph member add with your request",
    )
