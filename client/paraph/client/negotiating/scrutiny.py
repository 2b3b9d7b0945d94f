"""Findings, scrubs and terms as a desk makes and shows them (SPEC 7.8)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

from paraph.client.channel.desk import Desk
from paraph.client.writing import composing
from paraph.protocol.errors import InputError, MisuseError
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation import glossary
from paraph.protocol.negotiation.joint import agreeing
from paraph.protocol.negotiation.state import Negotiation
from paraph.protocol.negotiation.state.scrutiny import Finding, Term
from paraph.protocol.statements.header import ContentHeader, StatementMention, to_wordings
from paraph.protocol.statements.scrutiny import (
    CONCORDANCE,
    LEGAL,
    FindingMade,
    FindingSettled,
    ScrubConfirmed,
    TermSet,
)
from paraph.protocol.statements.versions import Operation

OWN_SCRUB = {"legal_adviser": LEGAL, "linguist": CONCORDANCE}
"""What a role confirms where the command does not say."""


def found(header: ContentHeader, version: bytes, cid: str, kind: str, detail: str) -> FindingMade:
    """Return a finding on a clause, or on the whole with an empty *cid*.

    Raises:
        InputError: Nothing is said, or something is out of its bounds.
    """
    if not detail.strip():
        raise InputError("expected what is wrong, in words", code="finding")
    try:
        return FindingMade(
            header=header, version=version, cid=cid, finding_kind=kind, detail=detail
        )
    except MisuseError as error:
        raise InputError(error.words) from error


def finding_named(talks: Negotiation, ref: str) -> bytes | None:
    """Return the finding called F-n; nothing where *ref* names none so."""
    number = ref.upper().removeprefix("F-")
    if not ref.upper().startswith("F-") or not number.isascii() or not number.isdigit():
        return None
    listed = talks.scrutiny.findings.items()
    return next((each for each, finding in listed if finding.number == int(number)), None)


def settled(
    header: ContentHeader, finding: bytes, how: str, version: bytes = ZERO, note: str = ""
) -> FindingSettled:
    """Return what a party says has become of a finding.

    Raises:
        InputError: No version beside ``mended``, or one beside another word.
    """
    try:
        return FindingSettled(header=header, finding=finding, how=how, version=version, note=note)
    except MisuseError as error:
        raise InputError(
            error.words, hint="--mended REF names the version that mends it"
        ) from error


def scrubbed(desk: Desk, header: ContentHeader, version: bytes, sort: str = "") -> ScrubConfirmed:
    """Return the confirmation that this side has read a version through.

    Args:
        desk: Whose.
        header: The common header.
        version: Statement id.
        sort: legal or concordance; what the desk's role confirms, if not given.

    Raises:
        InputError: The role confirms both, and none is named.
    """
    chosen = sort or OWN_SCRUB.get(desk.role, "")
    if not chosen:
        raise InputError(
            "expected which scrub: legal or concordance", hint="give --sort legal or concordance"
        )
    same = composing.confirmed(desk.state, header, version)
    return ScrubConfirmed(
        header=header, version=version, sort=chosen, digests=same.digests, structure=same.structure
    )


def term(
    header: ContentHeader, words: Mapping[str, str], replaces: bytes = ZERO, note: str = ""
) -> TermSet:
    """Return a term for the glossary.

    Raises:
        InputError: Fewer than two languages, unless it drops the one that it replaces.
    """
    try:
        return TermSet(header=header, words=to_wordings(words), replaces=replaces, note=note)
    except MisuseError as error:
        raise InputError(
            "expected the term in two languages at least",
            hint="for example --in en='flight crew*' --in ru='экипаж* воздушн*'",
        ) from error


# ------------------------------------------------------------------ as shown


@dataclasses.dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding, with what stands beside it.

    Attributes:
        finding: The finding.
        standing: open, or what closed it.
        mended_in: Versions with an operation that says it mends this finding.
    """

    finding: Finding
    standing: str
    mended_in: tuple[bytes, ...]


def findings(talks: Negotiation) -> Iterator[FindingRow]:
    """Yield every finding, in the order of the log."""
    mending: dict[bytes, list[tuple[int, bytes]]] = {}
    for statement, version in talks.versions.items():
        for operation in version.content.operations:
            for finding in _mends(operation):
                mending.setdefault(finding, []).append((version.index, statement))
    listed = sorted((each for _, each in talks.scrutiny.findings.items()), key=_number)
    for each in listed:
        in_order = sorted(set(mending.get(each.statement, ())))
        yield FindingRow(each, _standing(each), tuple(version for _, version in in_order))


def _number(finding: Finding) -> int:
    return finding.number


def _standing(finding: Finding) -> str:
    # What the party that made it said is what closes it.
    if not finding.is_open:
        return finding.said[finding.party].how
    said = ", ".join(f"{party}: {each.how}" for party, each in sorted(finding.said.items()))
    return f"open ({said})" if said else "open"


def _mends(operation: Operation) -> Iterator[bytes]:
    for each in operation.notes.finding:
        if isinstance(each, StatementMention):
            yield each.statement


@dataclasses.dataclass(frozen=True, slots=True)
class TermRow:
    """A term, and who stands behind it.

    Attributes:
        term: The term.
        agreed_by: Codes of the parties, the one that put it first.
        in_force: Both agreed, and no other term has taken its place.
    """

    term: Term
    agreed_by: tuple[str, ...]
    in_force: bool


def terms(desk: Desk, talks: Negotiation) -> Iterator[TermRow]:
    """Yield every term, in the order of the log."""
    in_force = {each.statement for each in glossary.agreed(desk.state, talks)}
    listed = sorted((each for _, each in talks.scrutiny.terms.items()), key=_index)
    for each in listed:
        by = tuple(agreeing(desk.state, talks, each.statement))
        yield TermRow(each, by, each.statement in in_force)


def _index(each: Term) -> int:
    return each.index
