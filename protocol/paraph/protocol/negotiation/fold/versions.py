"""Versions: tabled, re-made from the declared changes and compared, confirmed (SPEC 7.5)."""

from __future__ import annotations

from dataclasses import replace

from paraph.protocol.errors import OutOfTurnError
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.fold import conclusion, proposals, side_documents
from paraph.protocol.negotiation.fold.checks import heads_with, speaks_for, version_of
from paraph.protocol.negotiation.state import Negotiation, Said, State, Version
from paraph.protocol.negotiation.text import Text
from paraph.protocol.sentences import Sentence, worded
from paraph.protocol.statements.header import LanguageDigest
from paraph.protocol.statements.scrutiny import ScrubConfirmed
from paraph.protocol.statements.versions import VersionConfirmed, VersionTabled


def tabled(state: State, talks: Negotiation, content: VersionTabled, said: Said) -> Negotiation:
    """Take in a version whose declared changes give the declared text."""
    speaks_for(content.author, said)
    document = side_documents.document_of(state, talks, content)
    if document == ZERO:
        conclusion.may_table(state, talks, content)
    if content.parents:
        text = texts.apply(version_of(talks, content.parents[0]).text, content.operations)
        for other in content.parents[1:]:
            text = text.joined(version_of(talks, other).text)
    else:
        text = texts.from_clauses(content.clauses, state.languages)
    own = _compare(text, content)
    side = talks.side_documents.get(document)
    version = Version(
        statement=said.statement,
        index=said.index,
        party=said.party,
        number=(side or talks).versions_counted + 1,
        content=content,
        text=text,
        digests=own,
        confirmed={},
        document=document,
        terms=state.terms,
    )
    children = talks.children
    for parent in content.parents:
        children = children.put(parent, (children.get(parent) or 0) + 1)
    talks = replace(talks, versions=talks.versions.put(said.statement, version), children=children)
    if document != ZERO:
        return side_documents.placed(talks, version)
    heads = heads_with(talks.heads, version)
    talks = replace(talks, versions_counted=version.number, heads=heads)
    return proposals.after_version(state, talks, version)


def _compare(text: Text, content: VersionTabled) -> dict[str, bytes]:
    # What one side sent is what the other sees: nothing may differ from what was declared.
    own = texts.digests(text)
    declared = _by_language(content.digests)
    if declared.keys() != own.keys():
        raise OutOfTurnError(
            worded("expected digests in %(languages)s", languages=tuple(text.languages)),
            code="languages-differ",
        )
    checks = texts.checks(text)
    differ = [language for language in own if own[language] != declared[language]]
    if content.structure != texts.structure_digest(text):
        differ.append("structure")
    if checks != content.checks or differ:
        where = _first_difference(text, checks, content.checks)
        raise OutOfTurnError(
            worded(
                "the declared changes do not give the declared text (%(differ)s); %(where)s",
                differ=tuple(differ) or worded("check"),
                where=where,
            ),
            code="digest-differs",
        )
    return own


def _first_difference(text: Text, own: tuple[bytes, ...], declared: tuple[bytes, ...]) -> Sentence:
    for part, mine, theirs in zip(text.parts, own, declared, strict=False):
        if mine != theirs:
            return worded('first at clause "%(cid)s"', cid=part.cid)
    if len(own) != len(declared):
        return worded(
            "expected %(own)s clauses, got %(declared)s", own=len(own), declared=len(declared)
        )
    return worded("its checks do not tell in which clause")


def _by_language(digests: tuple[LanguageDigest, ...]) -> dict[str, bytes]:
    return {each.language: each.digest for each in digests}


def confirmed(
    state: State, talks: Negotiation, content: VersionConfirmed, said: Said
) -> Negotiation:
    """Bind a party, once, to the exact digests of a version."""
    version = version_of(talks, content.version)
    if said.party in version.confirmed:
        raise OutOfTurnError(
            worded("%(party)s confirmed it before", party=said.party), code="confirmed-before"
        )
    same_text(version, content)
    conclusion.may_correct(version, said.role)
    confirmed = {**version.confirmed, said.party: said.index}
    changed = replace(version, confirmed=confirmed)
    after = replace(talks, versions=talks.versions.put(version.statement, changed))
    if {version.party, *confirmed} == set(state.parties):
        after = side_documents.adopted(after, version.statement, said.index)
        after = proposals.after_confirmation(after, version, said)
    return after


def same_text(version: Version, content: VersionConfirmed | ScrubConfirmed) -> None:
    """Ask that a party binds itself to this text (``digest-differs``)."""
    if (
        _by_language(content.digests) != version.digests
        or content.structure != version.content.structure
    ):
        raise OutOfTurnError("what is confirmed is not this text", code="digest-differs")
