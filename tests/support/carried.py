"""Documents that are carried into a channel, as the next statement of somebody."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from paraph.protocol import documents
from paraph.protocol.documents import Document, Manifest
from paraph.protocol.keys import SecretKey
from paraph.protocol.schema import Record
from paraph.protocol.statements.clear import ManifestEntry
from tests.support.channel import Channel
from tests.support.parties import Party, Person


def next_manifest(
    channel: Channel,
    party: Party,
    /,
    *,
    signers: Sequence[SecretKey] = (),
    **changes: Any,  # noqa: ANN401
) -> Document:
    """Return the manifest that may follow the newest one of a party, or one with *changes*."""
    now = channel.log.trust.parties[party.code]
    fields: dict[str, Any] = {
        "number": now.manifest.number + 1,
        "channel": channel.id,
        "previous": now.manifest_ids[-1],
    }
    body = dataclasses.replace(now.manifest, **(fields | changes))
    return documents.countersign(documents.draft(body), Manifest, signers or party.roots)


def manifest_void(
    channel: Channel, party: Party, document: Document, carrier: Person | None = None
) -> str:
    """Let a manifest be placed; return why its entry is void, or nothing."""
    return void(channel, carrier or party.carrier, ManifestEntry(document=document))


def void(channel: Channel, author: Person, payload: Record) -> str:
    """Place what *author* says next; return why its entry is void, or nothing."""
    sequence, previous = channel.log.next_sequence(author.id)
    author.sequence, author.previous = sequence - 1, previous
    return channel.log.append(channel.clear(author, payload)).void
