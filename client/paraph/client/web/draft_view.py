"""One kept draft as its pages show it: clauses beside the parent, with what is to be looked at."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from aiohttp import web

from paraph.client.negotiating import (
    chancery,
    draft_rows,
    drafting,
    editing,
    linting,
    mandate,
    positions,
)
from paraph.client.negotiating.bilingual import DraftFile
from paraph.client.negotiating.draft_rows import Row
from paraph.client.negotiating.draft_standing import Standing, heads_of, sent_as, standing
from paraph.client.negotiating.drafting import Drafted
from paraph.client.negotiating.kept_drafts import DraftFolder, Kept
from paraph.client.negotiating.redline import Kin, redline
from paraph.client.negotiating.redline.clauses import Piece
from paraph.client.web import asked, paging
from paraph.client.web.office import Office, Room
from paraph.protocol.errors import InputError, MalformedError, ParaphError
from paraph.protocol.negotiation import marks
from paraph.protocol.negotiation.fold.internal import mandate_of
from paraph.protocol.negotiation.ids import Ids
from paraph.protocol.negotiation.lint import Finding
from paraph.protocol.negotiation.state import Comment, Version
from paraph.protocol.negotiation.text import Part, Text
from paraph.protocol.sentences import NOTHING, worded
from paraph.protocol.statements.internal import MandateSet, TripHit
from paraph.protocol.statements.versions import MoveAfter

WHOLE: Final = 40_000
"""Characters of closed clauses that a page shows in full; of the rest it shows the beginning."""
OPEN: Final = 5_000
"""Characters that a clause takes of that while it is written: its fields, buttons, redlines."""
BEGINNING: Final = 80
MOST_WEIGHT: Final = 110_000
"""Bytes of the clauses of one page, estimated; those that are open come on top."""
CLOSED_WEIGHT: Final = 1_000
"""Bytes around the words of a clause."""
PER_PAGE: Final = 60
AROUND: Final = 16
"""Characters before and after a bracket that does not pair, to find it by."""
_PLACE: Final = re.compile("character ([0-9]+)")
MOST_OPEN: Final = 6
"""Clauses that are open at a time; the oldest is closed for one more."""


@dataclasses.dataclass(frozen=True, slots=True)
class Draft:
    """A kept draft, read.

    Attributes:
        kept: Where it stands.
        file: What it says, every deleted clause named.
        parent: The version that it changes; nothing for a whole text.
        second: The version that it joins with that; usually none.
        standing: How far it is from the table.
        drafted: As it would be tabled; nothing where it does not fit its parent.
        problem: Why it does not; nothing if it does.
        newest: The newest versions of its text.
        sent: The version that it was sent as, if it was.
    """

    kept: Kept
    file: DraftFile
    parent: Version | None
    standing: Standing
    drafted: Drafted | None = None
    problem: ParaphError | None = None
    newest: Sequence[Version] = ()
    sent: Version | None = None
    second: Version | None = None

    @property
    def base(self) -> Text | None:
        """The text that it changes; every id that a second parent has had is taken in it too."""
        if self.parent is None or self.second is None:
            return self.parent.text if self.parent is not None else None
        return self.parent.text.joined(self.second.text)

    @property
    def texts(self) -> tuple[Text, ...]:
        """The text that it changes, and the one that it gives, as far as there are any."""
        made = self.drafted.text if self.drafted is not None else None
        return tuple(each for each in (self.base, made) if each is not None)

    @property
    def heads(self) -> Sequence[Version]:
        """The newest versions, where the draft was overtaken; else none."""
        return self.newest if self.standing.word == "overtaken" else ()


def folder(request: web.Request) -> DraftFolder:
    """Return the drafts of this home."""
    return DraftFolder(asked.office(request).home.path)


def number(request: web.Request) -> int:
    """Return the number in the address of a draft.

    Raises:
        web.HTTPNotFound: It is none.
    """
    found = request.match_info["number"]
    if not (found.isascii() and found.isdigit() and len(found) < 10):
        raise web.HTTPNotFound
    return int(found)


def belongs(kept: Kept, room: Room) -> bool:
    """Tell whether a draft is one of a negotiation: named, or the only one that there is."""
    if kept.negotiation:
        return kept.negotiation == room.talks.identity.hex()
    return len(list(room.state.negotiations.items())) == 1


def read(request: web.Request, room: Room) -> Draft:
    """Read the draft in the address of *request*.

    Raises:
        InputError: There is no such draft here, it cannot be read, or it belongs to another
            negotiation.
    """
    wanted, drafts = number(request), folder(request)
    text = drafts.read(wanted)
    kept = drafts.look(wanted, room.state.languages)
    draft = _begun(room, kept, text)
    state = room.state
    try:
        drafted = drafting.checked(text, state)
    except ParaphError as error:
        return dataclasses.replace(draft, problem=error, standing=standing(kept, state))
    return dataclasses.replace(
        draft,
        drafted=drafted,
        standing=standing(kept, state),
        newest=heads_of(drafted, state),
        sent=sent_as(drafted, state) if drafted.draft.operations or draft.second else None,
    )


def glance(request: web.Request, room: Room) -> Draft:
    """Read the draft in the address of *request*, and do not ask what it would table.

    Raises:
        InputError: As for :func:`read`.
    """
    wanted, drafts = number(request), folder(request)
    text = drafts.read(wanted)
    return _begun(room, drafts.look(wanted, room.state.languages), text)


def _begun(room: Room, kept: Kept, text: str) -> Draft:
    file = drafting.parsed(text, tuple(room.state.languages))
    if not belongs(kept, room):
        raise InputError(
            worded("draft %(number)s belongs to another negotiation", number=kept.number),
            code="unknown-draft",
            hint="open it from the list of drafts of that negotiation",
        )
    parents = [room.talks.versions.get(bytes.fromhex(each)) for each in file.parents]
    parent = parents[0] if parents else None
    return Draft(
        kept=kept,
        file=editing.complete(file, parent.text if parent is not None else None),
        parent=parent,
        standing=Standing(kept, "unsent", NOTHING),
        second=parents[1] if len(parents) > 1 else None,
    )


# ------------------------------------------------------------------ a clause


@dataclasses.dataclass(frozen=True, slots=True)
class Shown:
    """A clause of a draft as a page shows it.

    Attributes:
        row: The clause beside the parent.
        name: Its number and heading, or its id.
        is_open: Whether its words may be written.
        fields: Words and headings as they stand, by field.
        seen: Their revisions, by field.
        pieces: What differs from the parent, by language; nothing for a clause as it was.
        beginnings: First words by language, where the page has no room for all; else nothing.
        faults: Words around a bracket that does not pair, by language.
        findings: What a machine finds.
        hits: What of the mandate its new words touch; private.
        notes: Internal comments on it; private.
        conflicts: Words of somebody else by field, where both wrote.
        is_recast: Whether heading and role may be given: the draft itself begins the clause.
        reopens: Whether it changes words that all parties agree to, and says no reason yet.
    """

    row: Row
    name: str
    is_open: bool
    fields: Mapping[str, str]
    seen: Mapping[str, str]
    pieces: Mapping[str, tuple[Piece, ...]]
    beginnings: Mapping[str, str]
    faults: Mapping[str, str]
    findings: Sequence[Finding] = ()
    hits: Sequence[TripHit] = ()
    notes: Sequence[Comment] = ()
    conflicts: Mapping[str, str] = dataclasses.field(default_factory=dict)
    is_recast: bool = False
    reopens: bool = False

    @property
    def cid(self) -> str:
        """Its id."""
        return self.row.entry.part.cid

    @property
    def part(self) -> Part:
        """The clause."""
        return self.row.entry.part

    @property
    def others(self) -> Mapping[str, str]:
        """Revisions of the words in :attr:`conflicts`."""
        return {field: editing.revision(words) for field, words in self.conflicts.items()}


class Sheet:
    """The clauses of a draft, shown.

    Args:
        office: Whose home it is.
        room: Where it belongs.
        draft: The draft.
        tongue: Language of the page, for names.
    """

    def __init__(self, office: Office, room: Room, draft: Draft, tongue: str) -> None:
        self.room, self.draft, self.tongue = room, draft, tongue
        self.languages: Final = tuple(sorted(room.state.languages))
        self.text: Final = editing.text_of(draft.file, self.languages)
        made = draft.drafted.draft.operations if draft.drafted is not None else ()
        moved = frozenset(each.cid for each in made if isinstance(each, MoveAfter))
        self.rows: Final = tuple(draft_rows.rows(draft.file, draft.base, moved))
        self.own: Final = linting.own_lists(office.home.path)
        self.rule: Final = _mandate(office, room)
        self.inner: Final = _notes(office, room)

    def pages(self) -> list[list[Row]]:
        """Return the clauses page by page: a long text is not one page."""
        return paging.by_weight(self.rows, _weight, MOST_WEIGHT, PER_PAGE)

    def standing(self) -> Iterator[tuple[str, str]]:
        """Yield id and name of every clause that is not deleted."""
        for row in self.rows:
            if not row.entry.deleted:
                yield row.entry.part.cid, _name(row, row.entry.part, self.tongue)

    def shown(self, rows: Sequence[Row], opened: Collection[str]) -> Iterator[Shown]:
        """Yield some clauses; those of *opened* with what is to be looked at."""
        opened = {row.entry.part.cid for row in rows}.intersection(opened)
        looked = self.findings(opened)
        left = WHOLE - OPEN * len(opened)
        for row in rows:
            cid = row.entry.part.cid
            is_open = cid in opened and not row.entry.deleted
            short = left <= 0 and not is_open
            if not is_open:
                left -= sum(len(each) for each in row.entry.part.words.values())
            yield self.clause(row, is_open=is_open, short=short, findings=looked.get(cid, ()))

    def one(self, cid: str) -> Shown | None:
        """Return one clause, open; nothing if there is none."""
        for row in self.rows:
            if row.entry.part.cid == cid and not row.entry.deleted:
                found = self.findings((cid,)).get(cid, ())
                return self.clause(row, is_open=True, short=False, findings=found)
        return None

    def clause(self, row: Row, *, is_open: bool, short: bool, findings: Sequence[Finding]) -> Shown:
        """Return one clause as it is shown."""
        part = row.entry.part if not row.entry.deleted else row.olds[0]
        fields = editing.fields(part, self.languages)
        beginnings = {}
        if short:
            for each in self.languages:
                words = part.words.get(each, "")
                beginnings[each] = words[:BEGINNING] + "…" * (len(words) > BEGINNING)
        return Shown(
            row=row,
            name=_name(row, part, self.tongue),
            is_open=is_open,
            fields=fields,
            seen={name: editing.revision(words) for name, words in fields.items()},
            pieces={} if short else self.pieces(row),
            beginnings=beginnings,
            faults=self.faults(part) if is_open else {},
            findings=findings,
            hits=self.hits(row) if is_open else (),
            notes=self.inner.get(row.entry.part.cid, ()),
            is_recast=not row.olds or bool(row.entry.split_from),
            reopens=(is_open or row.entry.deleted) and self.reopens(row),
        )

    def reopens(self, row: Row) -> bool:
        """Tell whether a clause changes words that all parties agree to, and says no reason."""
        entry = row.entry
        if row.change == "same" or entry.proposal or entry.finding or entry.result:
            return False
        changed = {old.cid for old in row.olds if entry.deleted or old.words != entry.part.words}
        return bool(changed & self.agreed)

    @functools.cached_property
    def agreed(self) -> frozenset[str]:
        """The clauses of the parent that all parties agree to."""
        parent = self.draft.parent
        if parent is None:
            return frozenset()
        return positions.agreed(self.room.state, self.room.talks, parent)

    def pieces(self, row: Row) -> Mapping[str, tuple[Piece, ...]]:
        """Return what differs from the parent, by language; nothing where all is as it was."""
        if row.change not in {"changed", "merged", "split"}:
            return {}
        cid = row.entry.part.cid
        family = [row.entry.part]
        if row.change == "split":
            source = row.entry.split_from or cid
            family = [
                each.part
                for each in self.draft.file.entries
                if not each.deleted and source in (each.part.cid, each.split_from)
            ]
        heirs = {old.cid: tuple(each.cid for each in family) for old in row.olds}
        old = Text(self.languages, row.olds, Ids())
        found = redline(old, Text(self.languages, tuple(family), Ids()), Kin(heirs))
        pieces = found.blocks[0].pieces if found.blocks and found.changes else {}
        return {
            language: tuple(each for each in listed if len(family) == 1 or each.new == cid)
            for language, listed in pieces.items()
        }

    def faults(self, part: Part) -> dict[str, str]:
        """Return the words around brackets that do not pair, by language."""
        found = {}
        for language, words in part.words.items():
            try:
                marks.parse(words, self.room.state.parties)
            except MalformedError as error:
                place = _PLACE.search(str(error))
                at = int(place[1]) if place else 1
                found[language] = words[max(0, at - AROUND) : at + AROUND]
        return found

    def findings(self, opened: Collection[str]) -> dict[str, list[Finding]]:
        """Return what a machine finds in some clauses, by clause."""
        found: dict[str, list[Finding]] = {}
        if opened:
            against = linting.against(self.room.desk, self.room.talks)
            report = linting.report(self.text, against, self.own, opened)
            for each in (*report.findings, *report.notes, *report.own):
                if each.check != "unbalanced_bracket":  # said at the field
                    found.setdefault(each.cid, []).append(each)
        return found

    def hits(self, row: Row) -> tuple[TripHit, ...]:
        """Return what of the mandate the new words of a clause touch."""
        if self.rule is None:
            return ()
        party, parties = self.room.desk.party, self.room.state.parties
        found = mandate.of_clause(row.entry.part, row.olds, party, parties)
        return mandate.hits(self.rule, found)


def _weight(row: Row) -> int:
    words = sum(len(each.encode()) for each in row.entry.part.words.values())
    return CLOSED_WEIGHT + min(words, MOST_WEIGHT)


def _name(row: Row, part: Part, tongue: str) -> str:
    heading = part.headings.get(tongue) or next(iter(part.headings.values()), "")
    return f"{row.number}. {heading}".rstrip() if row.number else heading


def _mandate(office: Office, room: Room) -> MandateSet | None:
    if room.chancery is not None:
        standing_ = mandate_of(office.state(room.chancery), room.talks.identity)
        if standing_ is not None:
            return standing_.content
    return chancery.local_mandate(office.home)


def _notes(office: Office, room: Room) -> dict[str, list[Comment]]:
    # Internal comments on clauses of this negotiation, oldest first.
    if room.chancery is None:
        return {}
    talks = office.state(room.chancery).negotiations.get(room.talks.identity)
    found: dict[str, list[Comment]] = {}
    for _, each in talks.comments.items() if talks is not None else ():
        if each.content.anchor.cid and each.statement == each.thread:
            found.setdefault(each.content.anchor.cid, []).append(each)
    for listed in found.values():
        listed.sort(key=lambda each: each.index)
    return found
