"""Makers of proposals, answers, positions and packages, with fields at rest, for tests."""

from typing import Any

from paraph.protocol.names import ZERO
from paraph.protocol.statements.header import to_wordings
from paraph.protocol.statements.positions import (
    ClausePosition,
    PackageTied,
    PackageUntied,
    PositionTaken,
)
from paraph.protocol.statements.proposals import ProposalAnswered, ProposalMade
from tests.support import negotiating as talk


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
