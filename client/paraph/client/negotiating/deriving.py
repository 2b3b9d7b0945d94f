"""Which operations lead from the parent to an edited text (SPEC 7.3).

They follow from the clause ids, and from the marks of splits and merges. Made on the parent they
give the edited text exactly, or the draft is refused with the line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TypeVar

from paraph.client.negotiating.bilingual import Entry, fail
from paraph.protocol.errors import InputError, MalformedError, MisuseError, OutOfTurnError
from paraph.protocol.negotiation import comparing
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.text import Text
from paraph.protocol.sentences import worded
from paraph.protocol.statements.header import (
    Mention,
    NamedMention,
    StatementMention,
    to_wordings,
)
from paraph.protocol.statements.versions import (
    Clause,
    Delete,
    InsertAfter,
    Merge,
    MoveAfter,
    Operation,
    OpNotes,
    Replace,
    Split,
)

T = TypeVar("T")


def operations(entries: Sequence[Entry], parent: Text) -> tuple[Operation, ...]:
    """Return the operations that make of *parent* what *entries* say.

    Raises:
        InputError: Code ``draft``: no operation can do that; with the line.
    """
    return _Deriver(entries, parent).derive()


class _Deriver:
    def __init__(self, entries: Sequence[Entry], parent: Text) -> None:
        self.parent = parent
        self.text = parent
        self.gone = {each.part.cid: each for each in entries if each.deleted}
        self.kept = [each for each in entries if not each.deleted]
        self.entries = {each.part.cid: each for each in self.kept}
        self.made: list[Operation] = []

    def derive(self) -> tuple[Operation, ...]:
        if not self.kept:
            fail(1, "expected a clause that stays")
        for entry in (each for each in self.kept if each.merges):
            self.merge(entry)
        for entry in (each for each in self.kept if each.split_from):
            self.split(entry)
        self.insert()
        for entry in self.kept:
            self.replace(entry)
        self.delete()
        self.move()
        return tuple(self.made)

    def make(self, operation: Operation, line: int) -> None:
        try:
            self.text = texts.apply(self.text, (operation,))
        except (OutOfTurnError, MalformedError) as error:
            # Of one operation its number says nothing: the line is what people look for.
            why = error.words.values.get("why", error.words)
            raise InputError(
                worded("line %(line)s: %(why)s", line=line, why=why), code="draft"
            ) from error
        self.made.append(operation)

    def merge(self, entry: Entry) -> None:
        part = entry.part
        for cid in (part.cid, *entry.merges):
            if self.parent.find(cid) is None:
                fail(
                    entry.line,
                    worded('there is no clause "%(cid)s" in the parent to merge', cid=cid),
                )
        for cid in entry.merges:
            if cid in self.entries or cid in self.gone:
                other = self.entries.get(cid) or self.gone[cid]
                fail(
                    other.line,
                    worded(
                        'the clause "%(cid)s" is merged in line %(line)s', cid=cid, line=entry.line
                    ),
                )
        own = self.parent.find(part.cid)
        assert own is not None
        changed = {
            each: words for each, words in part.headings.items() if own.headings.get(each) != words
        }
        self.make(
            _built(
                entry,
                lambda: Merge(
                    cids=tuple(sorted({part.cid, *entry.merges})),
                    into=part.cid,
                    texts=to_wordings(self.given(entry)),
                    headings=to_wordings(changed),
                    notes=_notes(entry),
                ),
            ),
            entry.line,
        )

    def split(self, entry: Entry) -> None:
        part, source = entry.part, self.entries.get(entry.split_from)
        before = self.text.find(entry.split_from)
        if source is None or before is None:
            fail(
                entry.line,
                worded(
                    'there is no clause "%(split_from)s" left to split off',
                    split_from=entry.split_from,
                ),
            )
        if (part.role, part.handling) != (before.role, before.handling):
            fail(entry.line, "expected role and handling as in the clause that it is split off")
        if part.stale:
            fail(entry.line, "expected no stale language in a clause that is new")
        self.make(
            _built(
                entry,
                lambda: Split(
                    cid=entry.split_from,
                    texts=to_wordings(self.given(source)),
                    new_cid=part.cid,
                    new_texts=to_wordings(part.words),
                    new_headings=to_wordings(part.headings),
                    notes=_notes(entry),
                ),
            ),
            entry.line,
        )

    def insert(self) -> None:
        before = self.text.parts[0].cid if self.text.parts else ""
        for entry in self.kept:
            if self.text.find(entry.part.cid) is None:
                if not before:
                    fail(entry.line, "expected a parent with clauses")
                clause = clause_of(entry)
                self.make(InsertAfter(after=before, clause=clause, notes=_notes(entry)), entry.line)
            before = entry.part.cid

    def replace(self, entry: Entry) -> None:
        part, now = entry.part, self.text.find(entry.part.cid)
        assert now is not None
        for name, wanted, found in (
            ("role", part.role, now.role),
            ("handling", part.handling, now.handling),
            ("heading", dict(part.headings), dict(now.headings)),
        ):
            if wanted != found:
                fail(
                    entry.line,
                    worded(
                        "expected the %(name)s as it was: it is given when a clause is made",
                        name=name,
                    ),
                    "delete the clause and insert another one under a new id",
                )
        missing = frozenset(self.text.languages) - part.words.keys()  # stale once it is written
        if part.words == now.words and now.stale in (part.stale, part.stale | missing):
            return
        self.make(
            _built(
                entry,
                lambda: Replace(
                    cid=part.cid, texts=to_wordings(self.given(entry)), notes=_notes(entry)
                ),
            ),
            entry.line,
        )

    def given(self, entry: Entry) -> dict[str, str]:
        # The words that a write gives: of every language that is not left behind.
        part, now = entry.part, self.text.find(entry.part.cid)
        before = now.words if now else {}
        for language in before:
            if language not in part.words:
                fail(
                    entry.line,
                    worded(
                        "expected words in %(language)s: they can be emptied, and not left out",
                        language=language,
                    ),
                )
        for language in sorted(part.stale):
            if part.words.get(language) != before.get(language):
                fail(
                    entry.lines.get(language, entry.line),
                    worded(
                        "expected the words in %(language)s as they were, or no stale for them",
                        language=language,
                    ),
                )
        found = {each: words for each, words in part.words.items() if each not in part.stale}
        if not found:
            fail(entry.line, "expected one language at least that is not stale")
        return found

    def delete(self) -> None:
        for entry in self.gone.values():
            if self.parent.find(entry.part.cid) is None:
                fail(
                    entry.line,
                    worded(
                        'there is no clause "%(cid)s" in the parent to delete', cid=entry.part.cid
                    ),
                )
        for part in self.text.parts:
            if part.cid not in self.entries:
                entry = self.gone.get(part.cid, Entry(part))
                to = _mention(entry.to)
                self.make(Delete(cid=part.cid, to=to, notes=_notes(entry)), entry.line)

    def move(self) -> None:
        wanted = [each.part.cid for each in self.kept]
        now = [part.cid for part in self.text.parts]
        # Nothing can be moved to the front: what stands before the first clause moves away.
        front = now.index(wanted[0])
        pairs = comparing.common(now[front:], wanted)
        still = {wanted[j] for _, j in pairs}
        for before, entry in pairwise(self.kept):
            cid = entry.part.cid
            if cid not in still:
                after = before.part.cid
                self.make(MoveAfter(cid=cid, after=after, notes=_notes(entry)), entry.line)


def clause_of(entry: Entry) -> Clause:
    """Return the clause that an entry begins.

    Raises:
        InputError: Code ``draft``: it cannot stand so; with the line.
    """
    part = entry.part
    if part.stale:
        fail(entry.line, "expected no stale language in a clause that is new")
    return _built(
        entry,
        lambda: Clause(
            cid=part.cid,
            role=part.role,
            texts=to_wordings(part.words),
            headings=to_wordings(part.headings),
            handling=part.handling,
        ),
    )


def _built(entry: Entry, make: Callable[[], T]) -> T:
    try:
        return make()
    except MisuseError as error:
        raise InputError(
            worded("line %(line)s: %(why)s", line=entry.line, why=error.words), code="draft"
        ) from error


def _notes(entry: Entry) -> OpNotes:
    return OpNotes(
        proposal=_mention(entry.proposal), finding=_mention(entry.finding), result=entry.result
    )


def _mention(text: str) -> tuple[Mention, ...]:
    if re.fullmatch("[0-9a-f]{64}", text):
        return (StatementMention(statement=bytes.fromhex(text)),)
    return (NamedMention(name=text),) if text else ()
