"""Evidence made from what a client has on its disk, for somebody who has one trust file."""

from __future__ import annotations

from pathlib import Path

from paraph.client.audit.evidence import load_evidence
from paraph.client.keys.home import ChannelHome
from paraph.client.keys.trust import dump_trust, load_trust
from paraph.client.log.store import ChannelStore
from paraph.protocol.documents import Document
from paraph.protocol.evidence import (
    DoubleSequenceEvidence,
    Evidence,
    ForkEvidence,
    PlacementEvidence,
    decode_evidence,
)
from paraph.protocol.log import ChannelLog
from paraph.protocol.names import Digest
from paraph.protocol.note import Head, parse_head, parse_note
from paraph.protocol.signed import read
from paraph.protocol.statements.clear import EnrolEntry
from paraph.protocol.statements.envelope import ClearContent
from tests.support.anchors import anchor_of


def third_party(folder: Path, founding: tuple[bytes, ...], evidence: Evidence) -> str:
    """Let somebody judge *evidence*: both are files, and nothing else is known.

    Returns:
        What is proven.

    Raises:
        PeerError: Nothing.
    """
    paper = folder / "paper.evidence"
    paper.write_bytes(evidence.encode())
    trust = load_trust(trust_file(folder, founding))
    return decode_evidence(paper.read_bytes()).verify(trust)


def trust_file(folder: Path, founding: tuple[bytes, ...]) -> Path:
    """Write the trust file of a channel, as at its founding."""
    path = folder / "trust.json"
    path.write_bytes(dump_trust(anchor_of(ChannelLog(founding))))
    return path


def judge(trust: Path, evidence: Evidence) -> str:
    """Let somebody who has this trust file judge the bytes of *evidence*."""
    return decode_evidence(evidence.encode()).verify(load_trust(trust))


def entries_of(folder: ChannelHome) -> tuple[list[bytes], bytes]:
    """Return the entries in a channel's folder, and the newest note over them."""
    store = ChannelStore.open(folder.database, folder.channel)
    try:
        note = store.newest_note()
        return [row.envelope for row in store.entries(0)], note or b""
    finally:
        store.close()


def placement(folder: ChannelHome) -> PlacementEvidence:
    """Make the evidence of an entry that the log placed against the rules."""
    envelopes, note = entries_of(folder)
    return PlacementEvidence(note=note, entries=tuple(envelopes[: head_of(note).size]))


def fork(folder: ChannelHome) -> Evidence:
    """Return the evidence that a replica left when its relay had shown two histories."""
    return load_evidence(folder.evidence)


def fork_between(first: bytes, second: bytes, leaves: list[Digest]) -> ForkEvidence:
    """Make the evidence of two notes, the first one not larger."""
    equal = head_of(first).size == head_of(second).size
    return ForkEvidence(first=first, second=second, leaves=() if equal else tuple(leaves))


def double_sequence(folder: ChannelHome, first: bytes, second: bytes) -> DoubleSequenceEvidence:
    """Make the evidence of two statements under one number."""
    envelopes, _ = entries_of(folder)
    size = 3 if len(ChannelLog(envelopes[:3]).charter.parties) == 2 else 2
    enrolments: list[Document] = []
    for envelope in envelopes:
        content = read(envelope).statement.content
        if isinstance(content, ClearContent) and isinstance(content.payload, EnrolEntry):
            enrolments.append(content.payload.document)
    return DoubleSequenceEvidence(
        founding=tuple(envelopes[:size]), enrolments=tuple(enrolments), first=first, second=second
    )


def head_of(note: bytes) -> Head:
    """Return what a note says."""
    return parse_head(parse_note(note).text)
