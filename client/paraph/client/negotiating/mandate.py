"""What a party's own new words touch of its mandate (SPEC 7.18).

Looked at are only words that this statement adds: not those that stand in its parent, not those
inside the other party's brackets, not those inside quotation marks. Words that leave the other's
brackets are added: to accept wording is to say it. A hit stops nothing; it asks for an authority.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from paraph.client.negotiating import forms
from paraph.client.writing import blocks
from paraph.client.writing.blocks import Block
from paraph.protocol import roles
from paraph.protocol.errors import InputError, MalformedError
from paraph.protocol.negotiation import marks
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.state import State
from paraph.protocol.negotiation.text import Part, Text
from paraph.protocol.schema import Record
from paraph.protocol.sentences import worded
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.exchanges import Anchor
from paraph.protocol.statements.header import ContentHeader, Wording, to_wordings
from paraph.protocol.statements.internal import MOST_HITS, MandateSet, TripHit, TripWords
from paraph.protocol.statements.versions import Merge, Split, VersionTabled

SCHEMA: Final = "paraph-mandate/1"
MOST_SHOWN: Final = 200
EXAMPLE: Final = """\
# What `paraph mandate set FILE` reads. The other side never sees any of it.
schema: paraph-mandate/1
name: M-USA-1
scope_en: Technical questions of flight safety only.
out_of_scope: [target_information, intelligence_sharing]
trip_words_en: [coordinate operations, share target, joint operation]
trip_words_ru: [координация действий, сведения о целях, совместная операция]
may_commit:
  ad_referendum: [desk_officer, head_of_delegation]
  final: [signatory]             # the authority that a trip word asks for
clear_first: [version-tabled, note_verbale]   # kinds that must be released before they leave
legal_first: [authenticated]                  # of these, what a legal adviser must review first
"""
_QUOTED: Final = re.compile('«[^»]*»|“[^”]*”|„[^“”]*[“”]|"[^"]*"|「[^」]*」|『[^』]*』')
_GAP: Final = "\x1f"
"""Stands where words are left out: no phrase reaches across it."""

KIND: Final = blocks.Kind(
    most_bytes=1024 * 1024,
    hint="paraph mandate set --example shows every field",
    excess=lambda message: InputError(message, code="oversize", hint="make it shorter"),
)


def read(path: Path) -> Block:
    """Read a mandate file; :func:`parse` takes what this returns, once."""
    return blocks.read(blocks.read_file(path, KIND), KIND)


def parse(top: Block, header: ContentHeader, languages: Sequence[str]) -> MandateSet:
    """Return the mandate that a file holds.

    Raises:
        InputError: With the place and what was expected there.
    """
    top.word("schema", [SCHEMA], SCHEMA)
    commits = top.maybe("may_commit", _commits) or ((), ())
    trips = top.suffixed("trip_words_", lambda name: _once(top, name))
    made = top.record(
        lambda: MandateSet(
            header=header,
            name=top.label("name", "mandate"),
            scope=to_wordings(top.by_language(languages, "scope_")),
            out_of_scope=_once(top, "out_of_scope"),
            trip_words=tuple(TripWords(language=each, words=trips[each]) for each in sorted(trips)),
            ad_referendum=commits[0],
            final=commits[1],
            clear_first=_once(top, "clear_first"),
            legal_first=_once(top, "legal_first"),
        )
    )
    top.close()
    return made


def _once(block: Block, name: str) -> tuple[str, ...]:
    return tuple(sorted(set(block.texts(name, needed=False))))


def _commits(block: Block) -> tuple[tuple[str, ...], tuple[str, ...]]:
    found = []
    for name in ("ad_referendum", "final"):
        chosen = _once(block, name)
        if not set(chosen) <= roles.OFFICERS:
            known = tuple(sorted(roles.OFFICERS))
            block.fail(name, worded("expected roles of %(known)s", known=known))
        found.append(chosen)
    return found[0], found[1]


# ------------------------------------------------------------------ own new words


@dataclass(frozen=True, slots=True)
class Passage:
    """Words of a statement that its author adds, and what stood there before.

    Attributes:
        language: Its language; empty if nothing tells.
        where: Clause or field.
        words: The author's own.
        before: The author's own words of each parent at that place.
    """

    language: str
    where: str
    words: str
    before: tuple[str, ...] = ()


def passages(state: State, content: Content, party: str) -> Iterator[Passage]:
    """Yield what *content* says in words of its own; a clause that reads as before says nothing."""
    if not isinstance(content, VersionTabled):
        for language, where, words in _texts(content, content.KIND):
            yield Passage(language, where, own_words(words, party, state.parties))
        return
    parents = parents_of(state, content)
    sources = _sources(content)
    known = [{part.cid: part for part in parent.parts} for parent in parents]
    for part in result_of(state, content).parts:
        cids = sources.get(part.cid, (part.cid,))
        for language, words in _of(part):
            stood = [_standing(parent, cids, language) for parent in known]
            if words not in stood:
                before = tuple(own_words(each, party, state.parties) for each in stood)
                yield Passage(language, part.cid, own_words(words, party, state.parties), before)
    for language, where, words in _texts(content.header, "header"):
        yield Passage(language, where, words)


def of_clause(
    part: Part, sources: Sequence[Part], party: str, parties: Collection[str]
) -> Iterator[Passage]:
    """Yield what one clause says in words of its own, beside the clauses that it comes of."""
    for language, words in _of(part):
        before = _GAP.join(_all_words(each, language) for each in sources)
        own = own_words(words, party, parties)
        yield Passage(language, part.cid, own, (own_words(before, party, parties),))


def parents_of(state: State, content: VersionTabled) -> tuple[Text, ...]:
    """Return the texts that a version changes; none of a whole one."""
    talks = state.negotiations.get(content.header.negotiation)
    versions = [talks.versions.get(each) for each in content.parents] if talks else []
    return tuple(each.text for each in versions if each is not None)


def result_of(state: State, content: VersionTabled) -> Text:
    """Return the text that a version gives."""
    parents = parents_of(state, content)
    if not parents:
        return texts.from_clauses(content.clauses, state.languages)
    return texts.apply(parents[0], content.operations)


def _of(part: Part) -> Iterator[tuple[str, str]]:
    for language in sorted({*part.words, *part.headings}):
        yield language, _all_words(part, language)


def _all_words(part: Part, language: str) -> str:
    return f"{part.headings.get(language, '')}\n{_GAP}\n{part.words.get(language, '')}"


def _standing(parent: Mapping[str, Part], cids: Sequence[str], language: str) -> str:
    found = (parent.get(cid) for cid in cids)
    return _GAP.join(_all_words(part, language) for part in found if part is not None)


def _sources(content: VersionTabled) -> dict[str, tuple[str, ...]]:
    # From which clauses of the parent a clause has its words.
    found: dict[str, tuple[str, ...]] = {}
    for each in content.operations:
        if isinstance(each, Split):
            found[each.new_cid] = found.get(each.cid, (each.cid,))
        elif isinstance(each, Merge):
            found[each.into] = tuple(cid for one in each.cids for cid in found.get(one, (one,)))
    return found


_NOT_WORDS: Final = frozenset({"acting_role", "origin", "author", "language", "cid"})


def _texts(record: Record, where: str) -> Iterator[tuple[str, str, str]]:
    # Every text field of any record; what is quoted for an anchor is nobody's new words.
    for name in record.CODECS:
        value = getattr(record, name)
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, Wording):
                yield each.language, name, each.words
            elif isinstance(each, Record) and not isinstance(each, Anchor):
                yield from _texts(each, name)
            elif isinstance(each, str) and name not in _NOT_WORDS:
                yield "", name if where else "", each


def own_words(words: str, party: str, parties: Collection[str]) -> str:
    """Return *words* without what stands in another party's brackets or in quotation marks."""
    keep = [True] * len(words)
    try:
        groups = marks.parse(words, parties)
    except MalformedError:
        groups = ()  # nobody knows whose they are: then they are the author's
    for group in marks.walk(groups):
        if group.holder in parties:
            own = group.holder == party
            keep[group.start : group.end] = [own] * (group.end - group.start)
    for found in _QUOTED.finditer(words):
        keep[found.start() : found.end()] = [False] * (found.end() - found.start())
    return "".join(each if kept else _GAP for each, kept in zip(words, keep, strict=True))


def hits(mandate: MandateSet, found: Iterator[Passage]) -> tuple[TripHit, ...]:
    """Return the trip words and subjects out of scope that stand in new words, at most 256."""
    hit: dict[tuple[str, str, str], TripHit] = {}
    for passage in found:
        for language, phrase, shown in _phrases(mandate, passage.language):
            new = _new(phrase, passage, language)
            key = (passage.language, passage.where, shown)
            if new and key not in hit and len(hit) < MOST_HITS:
                hit[key] = TripHit(
                    language=passage.language,
                    where=passage.where[:64],
                    word=shown,
                    found=" ".join(new.split())[:MOST_SHOWN],
                )
    return tuple(hit.values())


def standing_in(mandate: MandateSet, part: Part) -> tuple[tuple[str, str], ...]:
    """Return what of a mandate's words a clause says as it stands, whoever wrote it.

    Language of the clause, and the word or subject as the mandate has it.
    """
    return tuple(
        (language, shown)
        for language, words in sorted(part.words.items())
        for ending, phrase, shown in _phrases(mandate, language)
        if forms.find(phrase, words, ending)
    )


def _phrases(mandate: MandateSet, language: str) -> Iterator[tuple[str, str, str]]:
    # Language of the endings, what is looked for, how it is shown.
    for each in mandate.trip_words:
        if language in ("", each.language):
            yield from ((each.language, word, word) for word in each.words)
    for subject in mandate.out_of_scope:
        yield language or "en", subject.replace("_", " "), subject


def _new(phrase: str, passage: Passage, language: str) -> str:
    # The words that are new, or nothing: more of them stand there than in any parent.
    now = forms.find(phrase, passage.words, language)
    if not now:
        return ""
    old = max((forms.find(phrase, each, language) for each in passage.before), key=len, default=[])
    if len(now) <= len(old):
        return ""
    return next((each for each in now if each not in old), now[-1])


def kinds_of(content: Content) -> frozenset[str]:
    """Return every name under which a mandate may ask that *content* be cleared first."""
    told = (getattr(content, name) for name in content.CODECS if name.endswith("_kind"))
    return frozenset((content.KIND, *(each for each in told if isinstance(each, str))))
