"""What is odd about a draft: to be looked at before it leaves, and never forbidden."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import Final

from paraph.client.negotiating import linting
from paraph.client.negotiating import mandate as mandates
from paraph.protocol.errors import MalformedError
from paraph.protocol.negotiation import glossary, lint, marks
from paraph.protocol.negotiation.state import State
from paraph.protocol.negotiation.text import Text
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.versions import NegotiationOpened, VersionTabled

VERSION_KINDS: Final = (
    "tabled_draft", "counter_draft", "consolidated", "proposals", "scrubbed", "authenticated",
    "rectified", "tabled", "counter",
)  # fmt: skip
"""Kinds that have a name in the domain; another word is allowed, a slip of the pen is not meant."""
_TOLD_WITH_THEIR_PLACE: Final = frozenset({"unbalanced_bracket", "bracket_structure_differs"})


def warnings(state: State, contents: Sequence[Content]) -> tuple[str, ...]:
    """Return what somebody should look at before *contents* leave; empty if nothing is odd."""
    found: list[str] = []
    for content in contents:
        if isinstance(content, VersionTabled):
            found += _odd_version(state, content)
            found += _new_findings(state, contents, content)
    return tuple(found)


def _new_findings(
    state: State, contents: Sequence[Content], content: VersionTabled
) -> Iterator[str]:
    # What stood in the parent already is known to both sides; brackets are told in full above.
    talks = state.negotiations.get(content.header.negotiation)
    opened = talks.opened if talks is not None else None
    for said in contents:
        opened = said if isinstance(said, NegotiationOpened) else opened
    character = opened.legal_character if opened is not None else lint.BINDING
    terms = glossary.terms(state, talks) if talks is not None else ()

    def found_in(text: Text) -> tuple[lint.Finding, ...]:
        return lint.findings(text, state.parties, character, terms=terms)

    known = {
        (each.check, each.cid)
        for parent in mandates.parents_of(state, content)
        for each in found_in(parent)
    }
    for each in found_in(mandates.result_of(state, content)):
        if (each.check, each.cid) not in known and each.check not in _TOLD_WITH_THEIR_PLACE:
            means = linting.MEANS.get(each.check, each.check)
            yield f'clause "{each.cid}": {means} ({each.check})'


def _odd_version(state: State, content: VersionTabled) -> Iterator[str]:
    kind = content.version_kind
    if kind not in VERSION_KINDS:
        near = difflib.get_close_matches(kind, VERSION_KINDS, n=1, cutoff=0.75)
        if near:
            yield f'the kind "{kind}" is not known: did you mean {near[0]}?'
    if content.parents and not content.operations:
        yield "the draft holds no operations: it says the words of its parent again"
    parents = mandates.parents_of(state, content)
    text = mandates.result_of(state, content)
    if content.operations and parents and text.parts == parents[0].parts:
        yield "the operations change nothing: every clause stands as in the parent"
    yield from odd_brackets(text, state.parties)


def odd_brackets(text: Text, parties: Sequence[str]) -> Iterator[str]:
    """Yield where brackets do not pair, or differ between the languages of a clause."""
    for part in text.parts:
        shapes = {}
        for language in sorted(part.words):
            try:
                shapes[language] = marks.shape(marks.parse(part.words[language], parties))
            except MalformedError as error:
                yield f'clause "{part.cid}", language {language}: {error}'
        if len(set(shapes.values())) > 1:
            yield f'clause "{part.cid}": the brackets differ between {", ".join(shapes)}'
