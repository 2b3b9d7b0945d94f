"""Changes to a draft, clause by clause, as an editor makes them one at a time.

Everything here is pure: a draft goes in, another comes out. A change of words carries what its
author saw, so that words which somebody else wrote meanwhile are never lost: they are given back
beside one's own, and nothing is changed.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Final

from paraph.client.negotiating.bilingual import DraftFile, Entry
from paraph.protocol.errors import InputError
from paraph.protocol.negotiation.ids import Ids
from paraph.protocol.negotiation.text import Part, Text
from paraph.protocol.sentences import worded

_NUMBERED: Final = re.compile("(.*?)-([0-9]{1,6})")
_STEM: Final = 56
"""Characters of an id that a number may be added to: 64 are allowed."""


@dataclasses.dataclass(frozen=True, slots=True)
class Written:
    """Words that somebody wrote into a field of a clause.

    Attributes:
        words: What stands there now, in their window.
        seen: Revision of the words that they began from.
    """

    words: str
    seen: str


@dataclasses.dataclass(frozen=True, slots=True)
class Saved:
    """What became of a clause that was saved.

    Attributes:
        draft: The draft, with every field that could be written.
        conflicts: By field: words that stand there, written by somebody else meanwhile. These
            fields were not touched.
    """

    draft: DraftFile
    conflicts: Mapping[str, str]


def revision(words: str) -> str:
    """Return what tells whether words are those that somebody began from."""
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def fields(part: Part, languages: Sequence[str]) -> dict[str, str]:
    """Return the fields of a clause as a window shows them: ``words-en``, ``heading-en``."""
    found = {}
    for each in languages:
        found[f"heading-{each}"] = _shown(part.headings.get(each, ""))
        found[f"words-{each}"] = _shown(part.words.get(each, ""))
    return found


def _shown(words: str) -> str:
    # A text area knows one kind of line end only.
    return words.replace("\r\n", "\n").replace("\r", "\n")


def entry_of(draft: DraftFile, cid: str) -> Entry:
    """Return a clause of a draft.

    Raises:
        InputError: Code ``unknown-clause``: there is none, or it is deleted.
    """
    for entry in draft.entries:
        if entry.part.cid == cid and not entry.deleted:
            return entry
    raise InputError(
        worded('the draft has no clause "%(cid)s" any more', cid=cid),
        code="unknown-clause",
        hint="it was deleted, or merged, in another window. Open the draft again",
    )


def text_of(draft: DraftFile, languages: Sequence[str]) -> Text:
    """Return the text of a draft as it stands, whatever its parent says to it."""
    parts = tuple(each.part for each in draft.entries if not each.deleted)
    return Text(tuple(sorted(languages)), parts, Ids())


def complete(draft: DraftFile, parent: Text | None) -> DraftFile:
    """Return a draft with every clause that it leaves out of its parent named as deleted."""
    if parent is None:
        return draft
    known = {each.part.cid for each in draft.entries}
    known |= {cid for each in draft.entries for cid in each.merges}
    entries = list(draft.entries)
    here = {each.part.cid for each in entries}
    before = ""
    for part in parent.parts:
        if part.cid not in known:
            at = _place(entries, before) + 1 if before else 0
            entries.insert(at, _gone(part.cid))
            known.add(part.cid)
            here.add(part.cid)
        if part.cid in here:
            before = part.cid
    return dataclasses.replace(draft, entries=tuple(entries))


def _gone(cid: str) -> Entry:
    return Entry(Part(cid, "deleted", {}, {}, ""), deleted=True)


def _place(entries: Sequence[Entry], cid: str) -> int:
    return next(at for at, each in enumerate(entries) if each.part.cid == cid)


def _with(draft: DraftFile, entries: Sequence[Entry]) -> DraftFile:
    return dataclasses.replace(draft, entries=tuple(entries))


def _put(draft: DraftFile, entry: Entry) -> DraftFile:
    cid = entry.part.cid
    return _with(draft, [entry if each.part.cid == cid else each for each in draft.entries])


# ------------------------------------------------------------------ words


def save(draft: DraftFile, cid: str, written: Mapping[str, Written], parent: Text | None) -> Saved:
    """Write the fields of a clause.

    A field that reads as it did when it was shown is left as it is, whoever changed it since.

    Args:
        draft: The draft.
        cid: The clause.
        written: By field (:func:`fields`).
        parent: What the draft changes; nothing for a whole text.

    Raises:
        InputError: Code ``unknown-clause``.
    """
    entry = entry_of(draft, cid)
    part, conflicts = entry.part, {}
    words, headings = dict(part.words), dict(part.headings)
    for field, given in written.items():
        name, _, language = field.partition("-")
        into = words if name == "words" else headings
        now = _shown(into.get(language, ""))
        if given.words == now or revision(given.words) == given.seen:
            continue
        if revision(now) != given.seen:
            conflicts[field] = now
        elif name == "words" or given.words:
            into[language] = given.words
        else:
            into.pop(language, None)
    before = parent.find(cid) if parent is not None else None
    stale = part.stale
    if before is not None:  # what has new words is not left behind any more
        stale = frozenset(each for each in stale if words.get(each) == before.words.get(each))
    made = dataclasses.replace(part, words=words, headings=headings, stale=stale)
    return Saved(_put(draft, dataclasses.replace(entry, part=made)), conflicts)


def set_stale(draft: DraftFile, cid: str, languages: Sequence[str]) -> DraftFile:
    """Say which languages of a clause still have to follow.

    Raises:
        InputError: Code ``unknown-clause``; or all languages are to follow.
    """
    entry = entry_of(draft, cid)
    if languages and not set(entry.part.words) - set(languages):
        raise InputError("expected one language at least that is not left behind", code="draft")
    part = dataclasses.replace(entry.part, stale=frozenset(languages))
    return _put(draft, dataclasses.replace(entry, part=part))


def set_why(
    draft: DraftFile, cid: str, *, proposal: str, finding: str, result: str = ""
) -> DraftFile:
    """Say which proposal the change of a clause serves, which finding it mends, what came of it.

    Raises:
        InputError: Code ``unknown-clause``.
    """
    entry = entry_of(draft, cid)
    why = dataclasses.replace(entry, proposal=proposal, finding=finding, result=result)
    return _put(draft, why)


def set_gone(
    draft: DraftFile, cid: str, *, to: str, proposal: str, finding: str, result: str
) -> DraftFile:
    """Say of a deleted clause which side document takes it up, and why it leaves.

    Raises:
        InputError: Code ``unknown-clause``: no clause of that id is deleted.
    """
    entry = next((each for each in draft.entries if each.deleted and each.part.cid == cid), None)
    if entry is None:
        raise _not_deleted(cid)
    told = dataclasses.replace(entry, to=to, proposal=proposal, finding=finding, result=result)
    return _put(draft, told)


def _not_deleted(cid: str) -> InputError:
    return InputError(
        worded('there is no deleted clause "%(cid)s"', cid=cid), code="unknown-clause"
    )


def set_about(
    draft: DraftFile, cid: str, *, role: str, handling: str, parent: Text | None
) -> DraftFile:
    """Change role and handling of a clause that the draft itself begins.

    Raises:
        InputError: Code ``unknown-clause``; or the parent has it: then :func:`recast` is the way.
    """
    entry = entry_of(draft, cid)
    if parent is not None and parent.find(cid) is not None:
        raise InputError(
            "heading, role and handling are given once, when a clause is made",
            code="draft",
            hint="make a new clause in its place",
        )
    part = dataclasses.replace(entry.part, role=role, handling=handling)
    return _put(draft, dataclasses.replace(entry, part=part))


# ------------------------------------------------------------------ clauses


def fresh_id(draft: DraftFile, parent: Text | None, stem: str = "clause") -> str:
    """Return an id that no clause of this line has ever had."""
    taken = {each.part.cid for each in draft.entries}
    found = _NUMBERED.fullmatch(stem)
    base, number = (found[1], int(found[2])) if found else (stem, 1)
    while True:
        number += 1
        cid = f"{base[:_STEM]}-{number}"
        if cid not in taken and (parent is None or cid not in parent.used):
            return cid


def insert_after(
    draft: DraftFile, cid: str, parent: Text | None, languages: Sequence[str]
) -> tuple[DraftFile, str]:
    """Begin a clause after another; return its id too.

    Raises:
        InputError: Code ``unknown-clause``.
    """
    before = entry_of(draft, cid)
    role = before.part.role if before.part.role != "title" else "operative"
    made = fresh_id(draft, parent)
    part = Part(made, role, dict.fromkeys(languages, ""), {}, before.part.handling)
    entries = list(draft.entries)
    entries.insert(_place(entries, cid) + 1, Entry(part))
    return _with(draft, entries), made


def remove(draft: DraftFile, cid: str, parent: Text | None) -> DraftFile:
    """Take a clause out: one of the parent stays named as deleted, any other is gone.

    Raises:
        InputError: Code ``unknown-clause``; or nothing would be left.
    """
    entry = entry_of(draft, cid)
    if sum(not each.deleted for each in draft.entries) < 2:
        raise InputError("expected a clause that stays", code="draft")
    known = parent is not None and parent.find(cid) is not None
    entries = []
    for each in draft.entries:
        if each is not entry:
            alone = each.split_from == cid  # there is nothing left that it is split off
            entries.append(dataclasses.replace(each, split_from="") if alone else each)
        elif known:
            why = {name: getattr(entry, name) for name in ("proposal", "finding", "result")}
            entries.append(dataclasses.replace(_gone(cid), **why))
    return complete(_with(draft, entries), parent)


def restore(draft: DraftFile, cid: str, parent: Text) -> DraftFile:
    """Put a deleted clause back, in the words of the parent.

    Raises:
        InputError: Code ``unknown-clause``: the parent has none of this id.
    """
    part = parent.find(cid)
    if part is None or not any(each.deleted and each.part.cid == cid for each in draft.entries):
        raise _not_deleted(cid)
    return _put(draft, Entry(part))


def as_before(draft: DraftFile, cid: str, parent: Text) -> DraftFile:
    """Give a clause the words of the parent again.

    Raises:
        InputError: Code ``unknown-clause``.
    """
    entry, part = entry_of(draft, cid), parent.find(cid)
    if part is None:
        raise InputError(
            worded('the parent has no clause "%(cid)s"', cid=cid), code="unknown-clause"
        )
    made = dataclasses.replace(entry, part=part, merges=(), split_from="")
    return complete(_put(draft, made), parent)


def move(draft: DraftFile, cid: str, by: int) -> DraftFile:
    """Move a clause one place up (-1) or down (1); at an end it stays.

    Raises:
        InputError: Code ``unknown-clause``.
    """
    entry = entry_of(draft, cid)
    standing = [each for each in draft.entries if not each.deleted]
    to = standing.index(entry) + by
    if not 0 <= to < len(standing):
        return draft
    entries = [each for each in draft.entries if each is not entry]
    entries.insert(_place(entries, standing[to].part.cid) + (by > 0), entry)
    return _with(draft, entries)


def move_after(draft: DraftFile, cid: str, after: str) -> DraftFile:
    """Move a clause after another.

    Raises:
        InputError: Code ``unknown-clause``; or it would follow itself.
    """
    entry = entry_of(draft, cid)
    if cid == after:
        raise InputError("a clause cannot follow itself", code="draft")
    entry_of(draft, after)
    entries = [each for each in draft.entries if each is not entry]
    entries.insert(_place(entries, after) + 1, entry)
    return _with(draft, entries)


def split(
    draft: DraftFile, cid: str, cuts: Mapping[str, int], parent: Text | None
) -> tuple[DraftFile, str]:
    """Split a clause in two; return the id of the second part too.

    Args:
        draft: The draft.
        cid: The clause.
        cuts: By language: how many characters stay in the first part; all, if not given.
        parent: What the draft changes.

    Raises:
        InputError: Code ``unknown-clause``.
    """
    entry = entry_of(draft, cid)
    part = entry.part
    first = {each: words[: cuts.get(each, len(words))] for each, words in part.words.items()}
    second = {each: words[len(first[each]) :] for each, words in part.words.items()}
    made = fresh_id(draft, parent, cid)
    known = parent is not None and parent.find(cid) is not None
    kept = {each: words.rstrip() for each, words in first.items()}
    entries = list(_put(draft, _worded(entry, kept)).entries)
    new = Part(made, part.role, {each: words.lstrip() for each, words in second.items()}, {},
               part.handling)  # fmt: skip
    origin = cid if known else entry.split_from
    entries.insert(_place(entries, cid) + 1, Entry(new, split_from=origin))
    return _with(draft, entries), made


def _worded(entry: Entry, words: Mapping[str, str]) -> Entry:
    part = dataclasses.replace(entry.part, words=words, stale=frozenset())
    return dataclasses.replace(entry, part=part)


def merge_next(draft: DraftFile, cid: str, parent: Text | None) -> tuple[DraftFile, str]:
    """Merge the next clause into one; return the id under which both stand now.

    Raises:
        InputError: Code ``unknown-clause``; there is no next one, or it has another role.
    """
    entry = entry_of(draft, cid)
    standing = [each for each in draft.entries if not each.deleted]
    place = standing.index(entry)
    if place + 1 == len(standing):
        raise InputError("there is no clause after this one", code="draft")
    other = standing[place + 1]
    if entry.part.role != other.part.role:
        raise InputError("two clauses of different roles cannot be merged", code="draft")

    def known(each: Entry) -> bool:
        return parent is not None and parent.find(each.part.cid) is not None

    words = {
        each: " ".join(filter(None, (one.part.words.get(each, "") for one in (entry, other))))
        for each in sorted({*entry.part.words, *other.part.words})
    }
    kept, gone = (entry, other) if known(entry) or not known(other) else (other, entry)
    merges = (*kept.merges, *([gone.part.cid] if known(gone) else []), *gone.merges)
    made = dataclasses.replace(_worded(kept, words), merges=merges)
    origin = kept.part.cid if known(kept) else ""
    entries = []
    for each in draft.entries:
        if each is kept:
            entries.append(made)
        elif each is not gone:
            from_gone = each.split_from == gone.part.cid
            entries.append(dataclasses.replace(each, split_from=origin) if from_gone else each)
    return _with(draft, entries), kept.part.cid


def recast(draft: DraftFile, cid: str, parent: Text) -> tuple[DraftFile, str]:
    """Put a new clause in the place of one of the parent, with its words; return its id too.

    Heading, role and handling of a clause are given once; this is how others are given.

    Raises:
        InputError: Code ``unknown-clause``.
    """
    entry = entry_of(draft, cid)
    made = fresh_id(draft, parent, cid)
    new = Entry(dataclasses.replace(entry.part, cid=made, stale=frozenset()), notes=entry.notes)
    entries = []
    for each in draft.entries:
        if each is entry:
            entries += [new, _gone(cid)]
        else:
            alone = each.split_from == cid
            entries.append(dataclasses.replace(each, split_from="") if alone else each)
    return complete(_with(draft, entries), parent), made


def take(draft: DraftFile, cid: str, source: Text, parent: Text | None) -> tuple[DraftFile, str]:
    """Give a clause the words that it has in another version, or has not; return its id too."""
    part = source.find(cid)
    entry = next((each for each in draft.entries if each.part.cid == cid), None)
    if part is None:
        return (remove(draft, cid, parent), cid) if entry and not entry.deleted else (draft, cid)
    before = parent.find(cid) if parent is not None else None
    if entry is not None and (before is not None or not entry.deleted):
        kept = before if entry.deleted and before is not None else entry.part
        stale = frozenset() if kept.words != part.words else kept.stale
        made = dataclasses.replace(kept, words=part.words, stale=stale)
        return _put(draft, Entry(made, notes=entry.notes)), cid
    standing = [each.part.cid for each in draft.entries if not each.deleted]
    order = [each.cid for each in source.parts]
    ahead = [each for each in order[: order.index(cid)] if each in standing]
    taken = parent is not None and cid in parent.used
    new = Entry(dataclasses.replace(part, cid=fresh_id(draft, parent, cid) if taken else cid,
                                    stale=frozenset()))  # fmt: skip
    entries = list(draft.entries)
    entries.insert(_place(entries, ahead[-1]) + 1 if ahead else 0, new)
    return _with(draft, entries), new.part.cid
