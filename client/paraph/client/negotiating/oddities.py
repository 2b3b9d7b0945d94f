"""What is odd about a draft: to be looked at before it leaves, and never forbidden."""

from __future__ import annotations

import dataclasses
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


@dataclasses.dataclass(frozen=True, slots=True)
class Oddity:
    """Something that somebody should look at.

    Attributes:
        check: What is odd: a check of the lint, ``unknown_kind``, ``no_operations`` or
            ``nothing_changed``.
        words: The same as a sentence, with its place.
        cid: The clause; empty if it is about no single one.
        detail: What was found there, where the check alone does not tell.
    """

    check: str
    words: str
    cid: str = ""
    detail: str = ""


def odd(state: State, contents: Sequence[Content]) -> tuple[Oddity, ...]:
    """Return what somebody should look at before *contents* leave; empty if nothing is odd."""
    found: list[Oddity] = []
    for content in contents:
        if isinstance(content, VersionTabled):
            found += _odd_version(state, content)
            found += _new_findings(state, contents, content)
    return tuple(found)


def warnings(state: State, contents: Sequence[Content]) -> tuple[str, ...]:
    """Return the same as sentences."""
    return tuple(each.words for each in odd(state, contents))


def _new_findings(
    state: State, contents: Sequence[Content], content: VersionTabled
) -> Iterator[Oddity]:
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
            yield Oddity(each.check, f'clause "{each.cid}": {means} ({each.check})', each.cid)


def _odd_version(state: State, content: VersionTabled) -> Iterator[Oddity]:
    kind = content.version_kind
    if kind not in VERSION_KINDS:
        near = difflib.get_close_matches(kind, VERSION_KINDS, n=1, cutoff=0.75)
        if near:
            words = f'the kind "{kind}" is not known: did you mean {near[0]}?'
            yield Oddity("unknown_kind", words, detail=f"{kind} → {near[0]}")
    if content.parents and not content.operations:
        words = "the draft holds no operations: it says the words of its parent again"
        yield Oddity("no_operations", words)
    parents = mandates.parents_of(state, content)
    text = mandates.result_of(state, content)
    if content.operations and parents and text.parts == parents[0].parts:
        words = "the operations change nothing: every clause stands as in the parent"
        yield Oddity("nothing_changed", words)
    yield from odd_brackets(text, state.parties)


def odd_brackets(text: Text, parties: Sequence[str]) -> Iterator[Oddity]:
    """Yield where brackets do not pair, or differ between the languages of a clause."""
    for part in text.parts:
        shapes = {}
        for language in sorted(part.words):
            try:
                shapes[language] = marks.shape(marks.parse(part.words[language], parties))
            except MalformedError as error:
                words = f'clause "{part.cid}", language {language}: {error}'
                yield Oddity("unbalanced_bracket", words, part.cid, f"{language}: {error}")
        if len(set(shapes.values())) > 1:
            words = f'clause "{part.cid}": the brackets differ between {", ".join(shapes)}'
            yield Oddity("bracket_structure_differs", words, part.cid, ", ".join(shapes))
