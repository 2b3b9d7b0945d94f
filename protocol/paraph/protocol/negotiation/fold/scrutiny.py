"""Findings, what becomes of them, scrubs confirmed, terms of the glossary (SPEC 7.8)."""

from __future__ import annotations

from dataclasses import replace

from paraph.protocol.errors import OutOfTurnError
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.fold.checks import clause_of, version_of, working_language
from paraph.protocol.negotiation.fold.versions import same_text
from paraph.protocol.negotiation.state import Negotiation, Said, State
from paraph.protocol.negotiation.state.scrutiny import Finding, Scrutiny, Term
from paraph.protocol.negotiation.text import Part, Text
from paraph.protocol.sentences import coded, worded
from paraph.protocol.statements.scrutiny import (
    HARMLESS,
    MENDED,
    WITHDRAWN,
    FindingMade,
    FindingSettled,
    ScrubConfirmed,
    TermSet,
)


def found(state: State, talks: Negotiation, content: FindingMade, said: Said) -> Negotiation:
    """Take in what a person found, under the next number."""
    del state
    version = version_of(talks, content.version)
    if content.cid:
        clause_of(version, content.cid)
    before = talks.scrutiny
    number = before.findings_counted + 1
    finding = Finding(said.statement, said.index, said.party, said.role, number, content)
    return _with(
        talks,
        replace(
            before,
            findings=before.findings.put(said.statement, finding),
            findings_counted=number,
            open=(*before.open, said.statement),
        ),
    )


def settled(state: State, talks: Negotiation, content: FindingSettled, said: Said) -> Negotiation:
    """Note what a party says of a finding, and close it where that settles it.

    The party that made it says that it is mended or withdrawn; both say that it is harmless.
    """
    finding = talks.scrutiny.findings.get(content.finding)
    if finding is None:
        raise OutOfTurnError("no such finding stands in this negotiation", code="unknown-finding")
    where = worded("finding F-%(number)s", number=finding.number)
    if not finding.is_open:
        raise OutOfTurnError(
            worded("%(where)s was settled before", where=where), code="settled-before"
        )
    own = finding.party == said.party
    if content.how == WITHDRAWN and not own:
        raise OutOfTurnError(
            worded(
                "%(where)s is %(party)s's to withdraw; expected mended or harmless",
                where=where,
                party=finding.party,
            ),
            code="not-own-finding",
        )
    if content.how == MENDED:
        _mends(talks, finding, content.version, where)
    told = {**finding.said, said.party: content}
    harmless = {party for party, each in told.items() if each.how == HARMLESS}
    closes = harmless == set(state.parties) or (own and content.how != HARMLESS)
    after = replace(finding, said=told, closed_by=said.statement if closes else ZERO)
    before = talks.scrutiny
    left = tuple(each for each in before.open if each != finding.statement or not closes)
    findings = before.findings.put(finding.statement, after)
    return _with(talks, replace(before, findings=findings, open=left))


def _mends(talks: Negotiation, finding: Finding, version: bytes, where: str) -> None:
    # A later version, in which the clause has other words or is gone.
    mended = version_of(talks, version)
    made_in = version_of(talks, finding.content.version)
    cid = finding.content.cid
    if mended.index <= made_in.index or _words(mended.text, cid) == _words(made_in.text, cid):
        raise OutOfTurnError(
            worded(
                '%(where)s: expected a later version with other words in clause "%(cid)s"',
                where=where,
                cid=cid,
            )
            if cid
            else worded("%(where)s: expected a later version with other words", where=where),
            code="not-mended",
        )


def _words(text: Text, cid: str) -> tuple[bytes, ...]:
    parts: tuple[Part, ...] = text.parts
    return tuple(texts.wording_digest(part) for part in parts if cid in ("", part.cid))


def scrubbed(state: State, talks: Negotiation, content: ScrubConfirmed, said: Said) -> Negotiation:
    """Bind a party, once for each sort, to having read exactly this text through."""
    del state
    version = version_of(talks, content.version)
    same_text(version, content)
    before = talks.scrutiny
    sorts = before.scrubs.get(content.version) or {}
    parties = sorts.get(content.sort, {})
    if said.party in parties:
        raise OutOfTurnError(
            worded(
                "%(party)s confirmed the %(sort)s scrub of version %(number)s before",
                party=said.party,
                sort=coded("scrub-sort", content.sort),
                number=version.number,
            ),
            code="confirmed-before",
        )
    sorts = {**sorts, content.sort: {**parties, said.party: said.index}}
    return _with(talks, replace(before, scrubs=before.scrubs.put(content.version, sorts)))


def term_set(state: State, talks: Negotiation, content: TermSet, said: Said) -> Negotiation:
    """Take in a term; it counts once the other party agrees to it."""
    for each in content.words:
        working_language(state, each.language)
    before = talks.scrutiny
    if content.replaces != ZERO and content.replaces not in before.terms:
        raise OutOfTurnError("no such term stands in this negotiation", code="unknown-term")
    term = Term(said.statement, said.index, said.party, content)
    return _with(talks, replace(before, terms=before.terms.put(said.statement, term)))


def _with(talks: Negotiation, scrutiny: Scrutiny) -> Negotiation:
    return replace(talks, scrutiny=scrutiny)
