"""Makers of proposals, answers, positions and packages for tests; a channel with a proposal."""

from typing import Any

from paraph.protocol.names import ZERO
from paraph.protocol.negotiation.fold import proposals as rules
from paraph.protocol.negotiation.state import Proposal
from paraph.protocol.statements.header import to_wordings
from paraph.protocol.statements.positions import (
    ClausePosition,
    PackageTied,
    PackageUntied,
    PositionTaken,
)
from paraph.protocol.statements.proposals import ProposalAnswered, ProposalMade
from tests.support import negotiating as talk
from tests.support.negotiating import Channel, talking


def made(clause: str = "c-one", **changes: object) -> ProposalMade:
    fields: dict[str, Any] = {
        "header": talk.header(),
        "clause": clause,
        "version": ZERO,
        "titles": to_wordings({"en": "A proposal", "ru": "Предложение"}),
        "rationale": (),
        "operations": (),
    }
    return ProposalMade(**{**fields, **changes})


def answered(proposal: bytes, to: str, **changes: object) -> ProposalAnswered:
    fields: dict[str, Any] = {
        "header": talk.header(),
        "proposal": proposal,
        "to": to,
        "note": "",
        "version": ZERO,
        "operations": (),
        "wording": ZERO,
    }
    return ProposalAnswered(**{**fields, **changes})


def taken(
    version: bytes,
    values: dict[str, str] | None = None,
    *,
    others: str = "",
    role: str = "desk_officer",
) -> PositionTaken:
    given = values or {}
    return PositionTaken(
        header=talk.header(role),
        version=version,
        entries=tuple(ClausePosition(cid=cid, value=given[cid]) for cid in sorted(given)),
        others=others,
        note="",
    )


def tied(*cids: str) -> PackageTied:
    return PackageTied(
        header=talk.header(), cids=tuple(sorted(cids)), titles=to_wordings({"en": "Together"})
    )


def untied(package: bytes) -> PackageUntied:
    return PackageUntied(header=talk.header(), package=package)


def proposal(channel: Channel, statement: bytes) -> Proposal:
    """Return a proposal as it stands."""
    found = channel.talks.proposals.get(statement)
    assert found is not None
    return found


def wording(channel: Channel, cid: str = "c-one") -> bytes:
    """Return the digest of the words that a clause has now."""
    (digest,) = rules.wordings(channel.talks, cid)
    return digest


def proposed(clause: str = "c-one") -> tuple[Channel, bytes]:
    """Return a channel in which RUS has proposed something."""
    channel, _, _ = talking()
    return channel, channel.applies(made(clause), "RUS")


def settled(clause: str = "c-one") -> tuple[Channel, bytes]:
    """Return a channel in which what RUS proposed is accepted ad referendum."""
    channel, statement = proposed(clause)
    channel.applies(answered(statement, "accepted_ad_ref"), "USA")
    return channel, statement
