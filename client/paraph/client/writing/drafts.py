"""A version as a person writes it: one YAML or JSON file of clauses or of operations.

Field names are those of the scenario format. Nothing here knows a channel: the languages are told
by the caller.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from paraph.client.writing import blocks
from paraph.client.writing.blocks import Block
from paraph.client.writing.clauses import ClauseReader
from paraph.protocol.errors import RefusedError
from paraph.protocol.statements.header import JOINT
from paraph.protocol.statements.versions import Clause, Operation

SCHEMA: Final = "paraph-draft/1"
HEAD: Final = "head"

EXAMPLE: Final = """\
# What `paraph send FILE` reads. The first file of a negotiation holds the whole text:
schema: paraph-draft/1
negotiation:                     # only when the negotiation is new
  title_en: Memorandum of Understanding on Flight Safety
  title_ru: Меморандум о взаимопонимании о безопасности полётов
  instrument: memorandum_of_understanding
  legal_character: non_binding   # or binding
kind: tabled_draft               # tabled_draft, counter_draft, consolidated, or another word
language_status: {en: original, ru: courtesy_translation}
clauses:
  - cid: title                   # an id for good; never shown, never used again
    role: title                  # title, preamble, chapeau, operative, testimonium, annex
    en: Memorandum of Understanding
    ru: Меморандум о взаимопонимании
  - cid: distance
    role: operative
    heading_en: Safe distance
    en: "Aircraft keep a distance of at least [USA: three] [RUS: five] nautical miles."
    ru: "Воздушные суда сохраняют дистанцию не менее [USA: трёх] [RUS: пяти] морских миль."
# A later file holds changes to the version that is the head:
#
# kind: counter_draft
# parent: head                   # or the index or id that `paraph log` shows
# operations:
#   - {op: replace, cid: distance, en: "…", ru: "…"}
#   - {op: insert_after, after: distance, cid: radio, role: operative, en: "…", ru: "…"}
#   - {op: delete, cid: radio}
#   - {op: move_after, cid: radio, after: title}
#   - {op: split, cid: distance, en: "…", ru: "…", new_cid: speed, new_en: "…", new_ru: "…"}
#   - {op: merge, cids: [distance, speed], into: distance, en: "…", ru: "…"}
"""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What a new negotiation is about.

    Attributes:
        titles: Title of the instrument by language.
        instrument: Its kind.
        legal_character: ``non_binding`` or ``binding``.
        prevailing: Language that prevails; empty if the texts are equal.
        banners: Banner of every page by language.
        classification: Shown on every page; empty if none.
        releasable_to: Party codes that may see it.
    """

    titles: Mapping[str, str]
    instrument: str = "memorandum_of_understanding"
    legal_character: str = "non_binding"
    prevailing: str = ""
    banners: Mapping[str, str] = dataclasses.field(default_factory=dict)
    classification: str = ""
    releasable_to: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A version that is not sent yet.

    Attributes:
        opening: The negotiation to open first, if it is new.
        kind: tabled_draft, counter_draft, consolidated, or another word.
        author: ``joint``, or empty for the sender's own party.
        round: Round of talks; 0 if none is counted.
        language_status: What each language text is.
        parent: ``head``, or what names a version; empty for a whole text.
        clauses: The whole text, or nothing.
        operations: The changes to the parent, or nothing.
        dated: Claimed instant, POSIX ms; 0 = now.
    """

    opening: Opening | None = None
    kind: str = "tabled_draft"
    author: str = ""
    round: int = 0
    language_status: Mapping[str, str] = dataclasses.field(default_factory=dict)
    parent: str = ""
    clauses: tuple[Clause, ...] = ()
    operations: tuple[Operation, ...] = ()
    dated: int = 0


KIND: Final = blocks.Kind(
    most_bytes=16 * 1024 * 1024,  # a version holds at most 4,000,000 characters
    hint="paraph send --example shows every field",
    excess=lambda message: RefusedError(
        message, code="oversize", hint="send it in several versions"
    ),
)


def read(path: Path) -> Block:
    """Read a file of `paraph send`; :func:`parse` takes what this returns, once.

    Raises:
        InputError: The file cannot be read, or is not YAML or JSON.
        RefusedError: Code ``oversize``.
    """
    return blocks.read(blocks.read_file(path, KIND), KIND)


def parse(top: Block, languages: Sequence[str]) -> Draft:
    """Return the draft that a file holds.

    Args:
        top: The file.
        languages: Working languages of the channel.

    Raises:
        InputError: With the place and what was expected there.
        RefusedError: Code ``oversize``: more than one version can hold.
    """
    top.word("schema", [SCHEMA], SCHEMA)
    reader = ClauseReader(languages)
    whole = top.has("clauses")
    if whole == top.has("operations"):
        top.fail(
            "",
            "expected either clauses (a whole text) or operations (changes to a version)",
            "paraph send --example shows both",
        )
    draft = Draft(
        opening=top.maybe("negotiation", lambda inner: _opening(inner, reader)),
        kind=top.label("kind", "tabled_draft" if whole else "counter_draft"),
        author=top.word("author", ("", JOINT), ""),
        round=top.integer("round", 0),
        language_status=reader.status(top),
        parent="" if whole else top.maybe_text("parent", HEAD),
        clauses=top.each("clauses", reader.clause, needed=False),
        operations=top.each("operations", reader.operation, needed=False),
        dated=_dated(top),
    )
    top.close()
    return draft


def _opening(block: Block, reader: ClauseReader) -> Opening:
    return Opening(
        titles=reader.words(block, "title_"),
        instrument=block.label("instrument", "memorandum_of_understanding"),
        legal_character=block.word("legal_character", ("non_binding", "binding"), "non_binding"),
        prevailing=block.word("prevailing", ("", *reader.languages), ""),
        banners=block.by_language(reader.languages, "banner_"),
        classification=block.label("classification"),
        releasable_to=tuple(sorted(set(block.texts("releasable_to", needed=False, most=16)))),
    )


def _dated(top: Block) -> int:
    value = top.maybe_text("dated")  # in quotes or not: JSON knows no instants
    try:
        return blocks.instant(value) if value else 0
    except ValueError as error:
        top.fail("dated", error.args[0])
