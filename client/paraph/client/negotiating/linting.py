"""The lint at a desk: findings that bar the conclusion, notes, and what a desk looks for itself.

What bars the conclusion is computed from lists that are frozen with the rules. A ministry may look
for more at its own desks: ``lint.yaml`` in the home adds languages, units and phrases. What is
found by it alone is told as a note of one's own, and nobody else ever hears of it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from paraph.client.channel import views
from paraph.client.channel.desk import Desk
from paraph.client.negotiating import drafting
from paraph.client.writing import blocks, composing, drafts
from paraph.client.writing.blocks import Block
from paraph.client.writing.fold_errors import translated
from paraph.protocol.errors import InputError, MalformedError, OutOfTurnError
from paraph.protocol.negotiation import glossary, lint
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.lint import Finding, Lexicon
from paraph.protocol.negotiation.lint.notes import lone_letters
from paraph.protocol.negotiation.state import Negotiation, State
from paraph.protocol.negotiation.text import Text

FILE: Final = "lint.yaml"
SCHEMA: Final = "paraph-lint/1"
EXAMPLE: Final = """\
# Word lists of your own desk, beside the built-in ones: lint.yaml in the home folder.
# hours = that word; kilomet* = any word that begins so; "# minutes" = only after a figure.
schema: paraph-lint/1
languages:
  fr:
    units: {nmi: [mille, milles], km: [kilomètre*], h: [heure, heures]}
    treaty: [s'engage*, entre en vigueur]
    numerals: {2: [deux], 3: [trois]}
    quotes: "«»"
"""
KIND: Final = blocks.Kind(
    most_bytes=1024 * 1024,
    hint="paraph text lint --example prints such a file",
    excess=lambda message: InputError(message, code="lint-file"),
    code="lint-file",
)

MEANS: Final[Mapping[str, str]] = {
    "invisible_character": "characters that nobody sees; retype the words",
    "mixed_script": "a word of two alphabets; retype it",
    "treaty_wording_in_non_binding_text": "wording of a binding instrument",
    "missing_text": "no words in this language",
    "stale_language": "left behind by the last change; give new words in this language",
    "unbalanced_bracket": "brackets that do not pair",
    "bracket_structure_differs": "brackets, holders or nesting differ",
    "literal_number_where_other_language_has_live_reference": "a number typed for a reference",
    "reference_missing": "a reference that this language lacks",
    "number_mismatch": "figures differ",
    "dangling_reference": "a reference to a clause that is not there",
    "unit_mismatch": "units differ",
    "sentence_count": "not the same number of sentences",
    "term_differs": "not the term agreed in the glossary",
    "lone_letter": "a single letter of another alphabet",
    "figure_differs_from_words": "the figure is not the number in words",
    "number_words_differ": "numbers in words differ",
    "list_items": "not the same number of items",
    "quotation_style": "quotation marks of another language",
}
"""Checks in the words of people."""


@dataclasses.dataclass(frozen=True, slots=True)
class Report:
    """What a machine says of a text.

    Attributes:
        findings: What bars the conclusion; both sides find the same.
        notes: What a reader may want to look at.
        own: What only the word lists of this desk find.
    """

    findings: tuple[Finding, ...]
    notes: tuple[Finding, ...]
    own: tuple[Finding, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Against:
    """What a text is linted against.

    Attributes:
        codes: Codes of the parties.
        character: ``binding`` or ``non_binding``.
        terms: Terms agreed by both.
    """

    codes: Sequence[str]
    character: str
    terms: tuple[lint.Term, ...] = ()


def against(desk: Desk, talks: Negotiation) -> Against:
    """Return what the texts of a negotiation are linted against."""
    return against_in(desk.state, talks)


def against_in(state: State, talks: Negotiation) -> Against:
    """Do what :func:`against` does, for a state that is at hand."""
    character = talks.opened.legal_character if talks.opened is not None else lint.BINDING
    return Against(state.parties, character, glossary.terms(state, talks))


def for_readers(text: Text, to: Against, among: Collection[str] | None) -> Iterator[Finding]:
    """Yield what bars the conclusion of *text*, then letters that are not what they seem.

    Other notes of :func:`report` are for whoever drafts, and are not looked for.

    Args:
        text: The text.
        to: What it is linted against.
        among: Clauses that are looked at; all, if not given.
    """
    yield from lint.findings(text, to.codes, to.character, terms=to.terms, among=among)
    for part in text.parts:
        if among is None or part.cid in among:
            found = {each: lone_letters(words) for each, words in part.words.items()}
            detail = {each: letters for each, letters in found.items() if letters}
            if detail:
                yield Finding("lone_letter", part.cid, detail, severity="note")


def report(
    text: Text,
    to: Against,
    own: Mapping[str, Lexicon] | None = None,
    among: Collection[str] | None = None,
) -> Report:
    """Return what a machine says of *text*.

    Args:
        text: The text.
        to: What it is linted against.
        own: Word lists of this desk, as :func:`own_lists` reads them.
        among: Clauses that are looked at; all, if not given.
    """
    codes, character = to.codes, to.character
    found = lint.findings(text, codes, character, terms=to.terms, among=among)
    lists = merged(own) if own else lint.BUILT_IN
    only: list[Finding] = []
    if own:
        more = lint.findings(text, codes, character, terms=to.terms, lexicons=lists, among=among)
        only = [dataclasses.replace(each, severity="note") for each in more if each not in found]
    return Report(
        findings=found,
        notes=lint.notes(text, codes, character, lexicons=lists, among=among),
        own=tuple(only),
    )


def text_of_file(desk: Desk, path: Path, negotiation: bytes | None) -> tuple[Text, Against]:
    """Return the text that a draft gives, in whichever form it is written.

    Raises:
        InputError: It cannot be read, or does not fit its parent; with the line.
        RefusedError: Code ``oversize``.
    """
    state = desk.state
    if is_edited(path):
        checked = drafting.check(drafting.read(path, state.languages), state)
        text, opening = checked.text, checked.opening
        talks = None if opening else drafting.negotiation_of(checked.written, state)
    else:
        draft = drafts.parse(drafts.read(path), state.languages)
        opening = draft.opening
        talks = None if opening else desk.negotiation(negotiation)
        try:
            text = _written(desk, draft, talks)
        except (OutOfTurnError, MalformedError) as error:
            raise translated(error) from error
    if opening is not None or talks is None:
        character = opening.legal_character if opening is not None else lint.BINDING
        return text, Against(state.parties, character)
    return text, against(desk, talks)


def is_edited(path: Path) -> bool:
    """Tell whether it is the file that `paraph draft` gives to an editor."""
    head = blocks.read_file(path, drafts.KIND)[:65_536].decode(errors="replace")
    written = (each for each in head.splitlines() if each.strip() and not each.startswith("#"))
    return next(written, "").startswith("paraph-draft:")


def _written(desk: Desk, draft: drafts.Draft, talks: Negotiation | None) -> Text:
    if draft.clauses:
        return texts.from_clauses(draft.clauses, desk.state.languages)
    if talks is None:
        raise InputError("expected clauses: the draft opens its negotiation", code="draft")
    named = () if draft.parent == drafts.HEAD else (views.find(desk, draft.parent).id,)
    parents = composing.choose_parents(talks, named, branch=True)
    return texts.apply(composing.version_of(talks, parents[0]).text, draft.operations)


# ------------------------------------------------------------------ own word lists


def own_lists(home: Path) -> dict[str, Lexicon]:
    """Return the word lists of this desk; empty where the home has none.

    Raises:
        InputError: Code ``lint-file``, with the line.
    """
    path = home / FILE
    if not path.exists():
        return {}
    top = blocks.read(blocks.read_file(path, KIND), KIND)
    top.word("schema", [SCHEMA])
    found = top.mapping("languages", lambda inner, name: _lexicon(inner.block(name)))
    top.close()
    return found


def merged(own: Mapping[str, Lexicon]) -> Mapping[str, Lexicon]:
    """Return the built-in word lists with those of this desk added."""
    empty = Lexicon()
    more = {each: lint.BUILT_IN.get(each, empty).with_more(own[each]) for each in own}
    return {**lint.BUILT_IN, **more}


def _lexicon(block: Block) -> Lexicon:
    numerals = block.mapping("numerals", lambda inner, name: inner.texts(name))
    if not all(each.isascii() and each.isdigit() for each in numerals):
        block.fail("numerals", "expected whole numbers, each with its words")
    made = Lexicon(
        units=block.mapping("units", lambda inner, name: inner.texts(name)),
        treaty=block.texts("treaty", needed=False),
        numerals={int(each): words for each, words in numerals.items()},
        joiner=block.maybe_text("joiner"),
        quotes=block.maybe_text("quotes"),
        particles=block.texts("particles", needed=False),
        silent=block.maybe_text("silent"),
    )
    block.close()
    return made


# ------------------------------------------------------------------ as people and machines read it


def line_of(finding: Finding) -> str:
    """Return a finding on one line."""
    where = "; ".join(
        f"{language}: {', '.join(hits)}" if hits else language
        for language, hits in finding.detail.items()
    )
    live = ", ".join(
        f"{cid} is {number or 'not numbered'}"
        for cid, number in finding.live.items()
        if number != "?"  # not there at all, which the finding says
    )
    stale = ", no longer the right one" if finding.stale else ""
    means = MEANS.get(finding.check, finding.check)
    return f"{means}{stale} ({where})" + (f"; {live}" if live else "")


_NAMED_ONLY: Final = frozenset({"missing_text", "stale_language", "unbalanced_bracket"})


def as_json(finding: Finding) -> dict[str, object]:
    """Return a finding as data: check, clause, severity, detail by language."""
    detail: object = {language: list(hits) for language, hits in finding.detail.items()}
    if finding.check in _NAMED_ONLY:
        detail = list(finding.detail)
    value: dict[str, object] = {
        "check": finding.check,
        "cid": finding.cid,
        "severity": finding.severity,
        "detail": detail,
    }
    if finding.live:
        value |= {"live": dict(finding.live), "stale": finding.stale}
    return value
