"""From an edited file to a version: read, checked against its parent, and what it gives.

The file says what the text shall be; :mod:`~paraph.client.negotiating.deriving` finds which
operations give it.
"""

from __future__ import annotations

import dataclasses
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from paraph.client.files import told_by_system
from paraph.client.negotiating import bilingual
from paraph.client.negotiating.bilingual import DraftFile, Entry, fail
from paraph.client.negotiating.deriving import clause_of, operations
from paraph.client.writing import composing
from paraph.client.writing.composing import VersionDraft
from paraph.client.writing.drafts import Opening
from paraph.client.writing.fold_errors import translated
from paraph.protocol.errors import InputError, MalformedError, OutOfTurnError
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.kept import forget_too, kept
from paraph.protocol.negotiation.state import Negotiation, State, Version
from paraph.protocol.negotiation.text import Part, Text
from paraph.protocol.sentences import worded
from paraph.protocol.statements.versions import (
    Clause,
    Merge,
    Operation,
    Split,
)

MOST_BYTES: Final = 32 * 1024 * 1024


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """A draft, checked against its parent.

    Attributes:
        written: The file.
        parent: The version that it changes; nothing for a whole text.
        text: The text that it gives.
        draft: What would be tabled.
        opening: The negotiation that it opens, if it opens one.
        carried: Clauses and languages whose words stay while those of another language change.
    """

    written: DraftFile
    parent: Version | None
    text: Text
    draft: VersionDraft
    opening: Opening | None
    carried: tuple[tuple[str, str], ...]


def from_version(version: Version, negotiation: bytes) -> DraftFile:
    """Return a file that changes nothing of *version*."""
    return DraftFile(
        negotiation=negotiation.hex(),
        parents=(version.statement.hex(),),
        kind="counter_draft",
        entries=tuple(Entry(part) for part in version.text.parts),
    )


def with_operations(
    version: Version, negotiation: bytes, made: Sequence[Operation], proposal: str = ""
) -> DraftFile:
    """Return a file that changes *version* by operations, as a proposal offers them.

    Raises:
        InputError: They do not fit that version.
    """
    try:
        after = texts.apply(version.text, made)
    except (OutOfTurnError, MalformedError) as error:
        raise translated(error) from error
    splits = {each.new_cid: each.cid for each in made if isinstance(each, Split)}
    merges = {
        each.into: tuple(cid for cid in each.cids if cid != each.into)
        for each in made
        if isinstance(each, Merge)
    }
    entries = tuple(
        Entry(
            part,
            split_from=splits.get(part.cid, ""),
            merges=merges.get(part.cid, ()),
            proposal=proposal if version.text.find(part.cid) != part else "",
        )
        for part in after.parts
    )
    return dataclasses.replace(from_version(version, negotiation), entries=entries)


def blank(languages: Sequence[str], *, opens: bool, negotiation: bytes | None = None) -> DraftFile:
    """Return a file to begin a text with; *opens*: and its negotiation."""
    words = dict.fromkeys(languages, "…")
    return DraftFile(
        negotiation=negotiation.hex() if negotiation else "",
        titles=words if opens else {},
        entries=tuple(
            Entry(Part(cid, role, words, {}, ""))
            for cid, role in (("title", "title"), ("clause-1", "operative"))
        ),
    )


def read(path: Path, languages: Sequence[str]) -> DraftFile:
    """Read a file.

    Raises:
        InputError: It cannot be read, or code ``draft`` with the line.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise InputError(
            worded("cannot read %(path)s: %(strerror)s", path=path, strerror=told_by_system(error)),
            code="no-file",
        ) from error
    if len(data) > MOST_BYTES:
        raise InputError(
            worded("expected a draft of at most %(most_bytes)s bytes", most_bytes=MOST_BYTES),
            code="draft",
        )
    try:
        return bilingual.parse(data.decode(), languages)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            worded("line %(line)s: expected UTF-8", line=line), code="draft"
        ) from error


@kept(16)
def parsed(text: str, languages: tuple[str, ...]) -> DraftFile:
    """Return what a file says; read once for each text.

    Raises:
        InputError: Code ``draft`` with the line.
    """
    return bilingual.parse(text, languages)


_MOST_CHECKED: Final = 16
_CHECKED: Final[OrderedDict[tuple[str, tuple[bytes, ...]], Drafted]] = OrderedDict()
forget_too(_CHECKED.clear)


def checked(text: str, state: State) -> Drafted:
    """Return what :func:`check` says of a file; computed once for a text and its parents.

    Raises:
        InputError: It cannot be read, or does not fit its parent; with the line.
        RefusedError: Code ``oversize``.
    """
    written = parsed(text, tuple(state.languages))
    if not written.parents:
        return check(written, state)
    talks = negotiation_of(written, state)  # a version never changes: its id says all of it
    parents = tuple(bytes.fromhex(each) for each in written.parents)
    found = _CHECKED.get((text, parents))
    if found is None or any(each not in talks.versions for each in parents):
        found = _CHECKED[text, parents] = check(written, state)
        while len(_CHECKED) > _MOST_CHECKED:
            _CHECKED.popitem(last=False)
    return found


def check(written: DraftFile, state: State) -> Drafted:
    """Return a draft with the operations that it means.

    Raises:
        InputError: It does not fit its parent; with the line.
        RefusedError: Code ``oversize``.
    """
    if not written.parents:
        return _whole(written, state)
    talks = negotiation_of(written, state)
    first, *others = (composing.version_of(talks, bytes.fromhex(each)) for each in written.parents)
    made = operations(written.entries, first.text)
    text = texts.apply(first.text, made)
    for other in others:
        text = text.joined(other.text)
    return Drafted(
        written=written,
        parent=first,
        text=text,
        draft=_draft(written, made=made),
        opening=None,
        carried=tuple(_carried(first.text, text)),
    )


def negotiation_of(written: DraftFile, state: State) -> Negotiation:
    """Return the negotiation that a file belongs to: the one that it names, or the only one.

    Raises:
        InputError: There is none such.
    """
    wanted = bytes.fromhex(written.negotiation) if written.negotiation else None
    return composing.negotiation_of(state, composing.choose_negotiation(state, wanted))


def _whole(written: DraftFile, state: State) -> Drafted:
    for entry in written.entries:
        if entry.split_from or entry.merges or entry.deleted:
            fail(entry.line, "expected a parent for what is split, merged or deleted")
        if entry.part.stale:
            fail(entry.line, "expected no stale language in a text that is tabled whole")
    clauses = tuple(clause_of(each) for each in written.entries)
    try:
        text = texts.from_clauses(clauses, state.languages)
    except (OutOfTurnError, MalformedError) as error:
        raise translated(error) from error
    opening = (
        Opening(
            titles=written.titles,
            instrument=written.instrument,
            legal_character=written.legal_character,
        )
        if written.titles
        else None
    )
    draft = _draft(written, clauses=clauses)
    return Drafted(
        written=written, parent=None, text=text, draft=draft, opening=opening, carried=()
    )


def _draft(
    written: DraftFile,
    *,
    clauses: tuple[Clause, ...] = (),
    made: tuple[Operation, ...] = (),
) -> VersionDraft:
    return VersionDraft(
        clauses=clauses,
        operations=made,
        parents=tuple(bytes.fromhex(each) for each in written.parents),
        kind=written.kind,
        author=written.author,
        round=written.round,
        language_status=written.status,
    )


def _carried(parent: Text, text: Text) -> Iterator[tuple[str, str]]:
    # Where one language changed and another, not called stale, did not.
    for part in text.parts:
        before = parent.find(part.cid)
        if before is None or before.words == part.words:
            continue
        for language, words in part.words.items():
            if language not in part.stale and before.words.get(language) == words:
                yield part.cid, language
