"""Positions: per party, clause and exact wording; and packages of clauses (SPEC 7.10)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from paraph.protocol.errors import OutOfTurnError
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.fold.checks import (
    built_on,
    no_clause,
    standing,
    version_of,
    working_language,
)
from paraph.protocol.negotiation.matrix import is_tied
from paraph.protocol.negotiation.state import Negotiation, Said, State, Version
from paraph.protocol.negotiation.state.positions import Package, Stance
from paraph.protocol.negotiation.text import Part
from paraph.protocol.negotiation.trie import Trie
from paraph.protocol.sentences import worded
from paraph.protocol.statements.positions import PackageTied, PackageUntied, PositionTaken


def taken(state: State, talks: Negotiation, content: PositionTaken, said: Said) -> Negotiation:
    """Bind a party to positions on the words of clauses, as they still read in some head."""
    del state
    version = version_of(talks, content.version)
    parts = {part.cid: part for part in version.text.parts}
    for each in content.entries:
        if each.cid not in parts:
            raise no_clause(version, each.cid)
    named = {each.cid: each.value for each in content.entries}
    wanted = parts.values() if content.others else (parts[cid] for cid in named)
    _require_words(talks, version, wanted)
    stance = Stance(said.statement, said.index, version.statement, named, content.others)
    return with_stance(talks, said.party, stance)


def with_stance(talks: Negotiation, party: str, stance: Stance) -> Negotiation:
    """Return the negotiation in which *party* stands so from ``stance.index`` on."""
    taken_so_far = talks.stances.get(party, Trie())
    mine = taken_so_far.put(stance.index.to_bytes(8, "big"), stance)
    return replace(talks, stances={**talks.stances, party: mine})


def heads_of(talks: Negotiation, version: Version) -> tuple[bytes, ...]:
    """Return the heads of the document that *version* belongs to."""
    document = talks.side_documents.get(version.document)
    return document.heads if document is not None else talks.heads


def _require_words(talks: Negotiation, version: Version, parts: Iterable[Part]) -> None:
    heads = heads_of(talks, version)
    if version.statement in heads:
        return
    now = [{part.cid: part.words for part in version_of(talks, head).text.parts} for head in heads]
    for part in parts:
        if any(words.get(part.cid) == part.words for words in now):
            continue
        heading = ", ".join(str(version_of(talks, head).number) for head in heads)
        raise OutOfTurnError(
            worded(
                'clause "%(cid)s" has other words now than in version %(number)s (wording'
                " %(wording)s): expected a position on version %(heading)s",
                cid=part.cid,
                number=version.number,
                wording=texts.wording_digest(part).hex()[:12],
                heading=heading or worded("that stands"),
            ),
            code="wording-gone",
        )


# ------------------------------------------------------------------ packages


def tied(state: State, talks: Negotiation, content: PackageTied, said: Said) -> Negotiation:
    """Note a package; it is effective when both parties stand behind it."""
    for title in content.titles:
        working_language(state, title.language)
    known = {part.cid for head in talks.heads for part in version_of(talks, head).text.parts}
    for cid in content.cids:
        if cid not in known:
            raise OutOfTurnError(
                worded('there is no clause "%(cid)s" in the text', cid=cid), code="unknown-clause"
            )
    package = Package(said.statement, said.index, said.party, content)
    return replace(talks, packages=talks.packages.put(said.statement, package))


def untied(state: State, talks: Negotiation, content: PackageUntied, said: Said) -> Negotiation:
    """Note that a party would untie a package; effective when both stand behind that."""
    package = talks.packages.get(content.package)
    if package is None:
        raise OutOfTurnError("no such package stands in this negotiation", code="unknown-package")
    standing(talks, package.statement)
    if not is_tied(state, talks, package):
        raise OutOfTurnError("the package is not tied", code="package-not-tied")
    if package.untying != ZERO and package.untying not in talks.recalled:
        raise OutOfTurnError(
            "it is to be untied already: expected agreement to that", code="untying-pending"
        )
    package = replace(package, untying=said.statement)
    return replace(talks, packages=talks.packages.put(package.statement, package))


def package_recalled(talks: Negotiation, subject: bytes, said: Said) -> Negotiation:
    """Take back a package, or its untying, to which the other side has not agreed."""
    del said
    if talks.agreed.get(subject):
        raise built_on("the other side has agreed to it")
    return talks


def recalled(talks: Negotiation, subject: bytes, said: Said) -> Negotiation:
    """Take back a position: what the party said before of those clauses stands again."""
    del subject, said
    return talks
