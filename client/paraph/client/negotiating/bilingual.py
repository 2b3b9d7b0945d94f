r"""A version as an officer edits it: a plain text file, languages below each other.

::

    # A line that begins with # is a note to yourself and goes nowhere.
    paraph-draft: 1
    negotiation: 8d1c…
    parent: 5a0f…
    kind: counter_draft

    == c-distance | operative
    -- heading en
    Safe distance
    -- en
    At least [USA: three] [RUS: five] miles.
    -- ru
    Не менее [USA: трёх] [RUS: пяти] миль.

Words stand as they are, marks included. Blank lines at the ends of a text do not count. Where the
form gets in the way of the words, a backslash does: before a line that looks like one of ours or is
empty on purpose, after a line that ends in a blank, and in ``\u{200B}`` for what cannot be seen.
Any text of any clause comes back to the letter.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NoReturn

from paraph.protocol.errors import InputError
from paraph.protocol.negotiation.kept import kept
from paraph.protocol.negotiation.lint import character_tables, characters
from paraph.protocol.negotiation.text import Part
from paraph.protocol.sentences import sentence, worded
from paraph.protocol.statements.header import JOINT
from paraph.protocol.statements.versions import ROLES_OF_CLAUSES

FORMAT: Final = "1"
DELETED: Final = "deleted"
"""In the place of a role: the clause leaves; leaving it out of the file says the same."""

_HIDDEN: Final = characters.one_of(character_tables.INVISIBLE)
_ESCAPE: Final = re.compile(r"\\u\{([0-9A-Fa-f]{1,6})\}")
_OURS: Final = ("#", "==", "--", "\\")
_BLANKS: Final = " \t"
_CID: Final = re.compile("[A-Za-z0-9_-]{1,64}")
_MOST: Final = 2**53


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """A clause of the file.

    Attributes:
        part: The clause as it stands there; of a deleted one only the id.
        line: Where it begins, from 1.
        lines: Where its words begin, by language; ``heading`` and language for a heading.
        deleted: It leaves the text.
        split_from: The clause that it is split off; empty if it is not.
        merges: Clauses that are merged into it.
        to: Side document that takes up a deleted clause; empty if none.
        proposal: Proposal that the change serves; empty if none.
        finding: Finding that it mends; empty if none.
        result: accepted, alternative, reserved, or another word.
        notes: Lines to oneself that stand in it; they go nowhere.
    """

    part: Part
    line: int = 0
    lines: Mapping[str, int] = dataclasses.field(default_factory=dict)
    deleted: bool = False
    split_from: str = ""
    merges: tuple[str, ...] = ()
    to: str = ""
    proposal: str = ""
    finding: str = ""
    result: str = ""
    notes: tuple[str, ...] = dataclasses.field(default=(), compare=False)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DraftFile:
    """What a file says.

    Attributes:
        negotiation: Its id as hex; empty if the channel has one.
        parents: Statement ids as hex; none for a whole text.
        kind: tabled_draft, counter_draft, consolidated, or another word.
        author: ``joint``, or empty for the own party.
        round: Round of talks; 0 if none is counted.
        status: What each language text is.
        titles: By language, where the draft opens the negotiation.
        instrument: Kind of instrument, likewise.
        legal_character: ``non_binding`` or ``binding``, likewise.
        entries: The clauses, in order.
        notes: Lines to oneself before the first clause.
    """

    negotiation: str = ""
    parents: tuple[str, ...] = ()
    kind: str = "tabled_draft"
    author: str = ""
    round: int = 0
    status: Mapping[str, str] = dataclasses.field(default_factory=dict)
    titles: Mapping[str, str] = dataclasses.field(default_factory=dict)
    instrument: str = "memorandum_of_understanding"
    legal_character: str = "non_binding"
    entries: tuple[Entry, ...] = ()
    notes: tuple[str, ...] = dataclasses.field(default=(), compare=False)


def fail(line: int, message: str, hint: str = "") -> NoReturn:
    """Refuse a file.

    Raises:
        InputError: Code ``draft``, with the line.
    """
    raise InputError(
        worded("line %(line)s: %(message)s", line=line, message=sentence(message)),
        code="draft",
        hint=hint,
    )


# ------------------------------------------------------------------ writing


def write(draft: DraftFile, languages: Sequence[str], notes: Sequence[str] | None = None) -> str:
    """Return the file of a draft.

    Args:
        draft: What it says.
        languages: The working languages, in the order in which they are shown.
        notes: Lines to the reader, which are not part of it; those of *draft*, if not given.
    """
    lines = [_note(each) for each in (draft.notes if notes is None else notes)]
    lines += [f"{name}: {_value(value)}" for name, value in _head(draft)]
    for entry in draft.entries:
        lines += ["", "== " + " | ".join(_label(entry)), *map(_note, entry.notes)]
        for name, by_language in (("heading ", entry.part.headings), ("", entry.part.words)):
            for language in languages:
                if language in by_language:
                    lines += [f"-- {name}{language}", *_body(by_language[language])]
    return "\n".join(lines) + "\n"


def _note(words: str) -> str:
    return f"# {words}".rstrip()


def _head(draft: DraftFile) -> Iterator[tuple[str, str]]:
    yield "paraph-draft", FORMAT
    if draft.negotiation:
        yield "negotiation", draft.negotiation
    if draft.titles:
        for language, title in draft.titles.items():
            yield f"title {language}", title
        yield "instrument", draft.instrument
        yield "legal character", draft.legal_character
    yield from zip(("parent", "second parent"), draft.parents, strict=False)
    yield "kind", draft.kind
    if draft.author:
        yield "author", draft.author
    if draft.round:
        yield "round", str(draft.round)
    yield from ((f"status {language}", status) for language, status in draft.status.items())


def _label(entry: Entry) -> Iterator[str]:
    part = entry.part
    yield part.cid
    yield DELETED if entry.deleted else part.role
    for name, value in (
        ("handling", part.handling),
        ("stale", " ".join(sorted(part.stale))),
        ("split from", entry.split_from),
        ("merges", " ".join(entry.merges)),
        ("to", entry.to),
        ("proposal", entry.proposal),
        ("finding", entry.finding),
        ("result", entry.result),
    ):
        if value:
            yield f"{name}: {_value(value)}"


def _value(text: str) -> str:
    escaped = _escape(text).replace("|", r"\u{7C}")
    kept = escaped.strip()
    if kept == escaped and kept:
        return escaped
    return "".join(rf"\u{{{ord(each):X}}}" if each.isspace() else each for each in escaped)


def _escape(text: str) -> str:
    text = text.replace(r"\u{", r"\u{5C}u{")
    return _HIDDEN.sub(lambda found: "".join(rf"\u{{{ord(each):X}}}" for each in found[0]), text)


@kept(4096)  # an editor writes hundreds of clauses for one that changed
def _body(text: str) -> tuple[str, ...]:
    return tuple(_lines(text))


def _lines(text: str) -> Iterator[str]:
    lines = text.split("\n")
    solid = [at for at, line in enumerate(lines) if line] or [len(lines)]
    for at, line in enumerate(lines):
        written = _escape(line)
        on_purpose = not written and not solid[0] < at < solid[-1] and len(lines) > 1
        before = "\\" if on_purpose or written.startswith(_OURS) else ""
        after = "\\" if written[-1:].isspace() or written.endswith("\\") else ""
        yield before + written + after


# ------------------------------------------------------------------ reading


def parse(text: str, languages: Sequence[str]) -> DraftFile:
    """Read a file.

    Args:
        text: What stands in it.
        languages: The working languages.

    Raises:
        InputError: Code ``draft``: the line, and what was expected there.
    """
    return _Reader(text, languages).draft()


class _Reader:
    def __init__(self, text: str, languages: Sequence[str]) -> None:
        self.languages = tuple(languages)
        # Editors may write their own line ends; a carriage return of the words is escaped.
        text = text.removeprefix("\ufeff").replace("\r\n", "\n")
        self.lines: list[tuple[int, str]] = []
        self.notes: list[list[str]] = [[]]  # before the first clause, and in each of them
        for number, line in enumerate(text.split("\n"), 1):
            if not line.startswith("#"):
                self.lines.append((number, line))
                self.notes += [[]] if line.startswith("==") else []
            elif not line.startswith("#!"):
                self.notes[-1].append(line[1:].removeprefix(" "))
        self.at = 0

    def peek(self) -> tuple[int, str]:
        return self.lines[self.at] if self.at < len(self.lines) else (self.last, "")

    @property
    def last(self) -> int:
        return self.lines[-1][0] if self.lines else 1

    def draft(self) -> DraftFile:
        head = self.head()
        entries: list[Entry] = []
        seen: dict[str, int] = {}
        while self.at < len(self.lines):
            entry = self.entry()
            if entry.part.cid in seen:
                fail(
                    entry.line,
                    worded(
                        'the clause "%(cid)s" stands in line %(seen)s already',
                        cid=entry.part.cid,
                        seen=seen[entry.part.cid],
                    ),
                )
            seen[entry.part.cid] = entry.line
            notes = tuple(self.notes[len(entries) + 1])
            entries.append(dataclasses.replace(entry, notes=notes) if notes else entry)
        if not entries:
            fail(self.last, "expected a clause: == ID | ROLE")
        return dataclasses.replace(head, entries=tuple(entries), notes=tuple(self.notes[0]))

    # -------------------------------------------------------------- the head

    def head(self) -> DraftFile:
        found: dict[str, tuple[int, str]] = {}
        while self.at < len(self.lines) and not self.peek()[1].startswith("=="):
            number, line = self.peek()
            self.at += 1
            if not line.strip():
                continue
            name, colon, value = line.partition(":")
            name = name.strip()
            if not colon or name not in self.names():
                fail(
                    number,
                    "expected NAME: VALUE, or a clause: == ID | ROLE",
                    "known are " + ", ".join(self.names()),
                )
            if name in found:
                fail(
                    number,
                    worded(
                        '"%(name)s" stands in line %(found)s already',
                        name=name,
                        found=found[name][0],
                    ),
                )
            found[name] = (number, self.plain(number, value.strip()))
        first = found.get("paraph-draft", (1, ""))
        if first[1] != FORMAT:
            fail(first[0], worded("expected paraph-draft: %(format)s", format=FORMAT))
        return self.made(found)

    def names(self) -> tuple[str, ...]:
        named = (f"{name} {each}" for name in ("title", "status") for each in self.languages)
        return (
            "paraph-draft", "negotiation", "parent", "second parent", "kind", "author", "round",
            "instrument", "legal character", *named,
        )  # fmt: skip

    def made(self, found: Mapping[str, tuple[int, str]]) -> DraftFile:
        def take(name: str, default: str = "", pattern: str = ".*", what: str = "") -> str:
            line, value = found.get(name, (0, default))
            if value != default and not re.fullmatch(pattern, value, re.DOTALL):
                fail(line, worded("expected %(what)s", what=what))
            return value

        def by_language(name: str) -> dict[str, str]:
            return {
                each: take(f"{name} {each}") for each in self.languages if f"{name} {each}" in found
            }

        named = "[^\x00-\x1f\x7f]{1,64}"
        parents = tuple(
            take(name, "", "[0-9a-f]{64}", "a statement id: 64 hexadecimal digits")
            for name in ("parent", "second parent")
        )
        if parents[1] and not parents[0]:
            fail(found["second parent"][0], "expected a parent before the second one")
        return DraftFile(
            negotiation=take(
                "negotiation", "", "[0-9a-f]{32}", "a negotiation id: 32 hexadecimal digits"
            ),
            parents=tuple(each for each in parents if each),
            kind=take("kind", "tabled_draft", named, "a word of at most 64 characters"),
            author=take("author", "", JOINT, f'"{JOINT}", or no such line'),
            round=int(take("round", "0", "[0-9]{1,9}", "a number of at most nine digits")),
            status=by_language("status"),
            titles=by_language("title"),
            instrument=take("instrument", "memorandum_of_understanding", named, "a word"),
            legal_character=take(
                "legal character", "non_binding", "non_binding|binding", "non_binding or binding"
            ),
        )

    # -------------------------------------------------------------- a clause

    def entry(self) -> Entry:
        number, line = self.peek()
        self.at += 1
        cid, *rest = (each.strip() for each in line[2:].split("|"))
        if not _CID.fullmatch(cid):
            fail(number, "expected a clause id: 1 to 64 of the characters A-Z a-z 0-9 _ -")
        role = rest[0] if rest else ""
        if role not in (*ROLES_OF_CLAUSES, DELETED):
            fail(
                number,
                worded(
                    "expected a role after the id: %(roles_of_clauses)s",
                    roles_of_clauses=tuple(ROLES_OF_CLAUSES),
                ),
            )
        about = self.about(number, rest[1:])
        headings: dict[str, str] = {}
        words: dict[str, str] = {}
        lines: dict[str, int] = {}
        while self.at < len(self.lines) and not self.peek()[1].startswith("=="):
            self.section(headings, words, lines)
        if role == DELETED and (headings or words):
            fail(min(lines.values()), "expected no words in a clause that leaves")
        return Entry(
            part=Part(
                cid=cid,
                role=role,
                words=words,
                headings=headings,
                handling=about.get("handling", ""),
                stale=frozenset(about.get("stale", "").split()),
            ),
            line=number,
            lines=lines,
            deleted=role == DELETED,
            split_from=about.get("split from", ""),
            merges=tuple(about.get("merges", "").split()),
            to=about.get("to", ""),
            proposal=about.get("proposal", ""),
            finding=about.get("finding", ""),
            result=about.get("result", ""),
        )

    def about(self, number: int, fields: Sequence[str]) -> dict[str, str]:
        known = (
            "handling", "stale", "split from", "merges", "to", "proposal", "finding", "result",
        )  # fmt: skip
        found: dict[str, str] = {}
        for field in fields:
            name, colon, value = field.partition(":")
            name = name.strip()
            if not colon or name not in known or name in found:
                fail(
                    number,
                    worded(
                        "expected NAME: VALUE between bars: %(known)s, each once",
                        known=tuple(known),
                    ),
                )
            found[name] = self.plain(number, value.strip())
            if len(found[name]) > 64 and name not in ("stale", "merges"):
                fail(number, worded("expected at most 64 characters for %(name)s", name=name))
        for language in found.get("stale", "").split():
            if language not in self.languages:
                fail(
                    number,
                    worded(
                        "expected languages after stale: %(languages)s",
                        languages=tuple(self.languages),
                    ),
                )
        return found

    def section(
        self, headings: dict[str, str], words: dict[str, str], lines: dict[str, int]
    ) -> None:
        number, line = self.peek()
        self.at += 1
        if not line.strip():
            return
        name = line[2:].strip()
        language = name.removeprefix("heading ").strip()
        if not line.startswith("--") or language not in self.languages:
            known = " or ".join(f"-- {each}" for each in self.languages)
            fail(
                number,
                worded(
                    "expected %(known)s before words, or -- heading and a language", known=known
                ),
            )
        into = headings if name.startswith("heading ") else words
        if language in into:
            fail(number, worded("expected %(name)s once in a clause", name=name))
        into[language] = self.body()
        lines[name] = number

    def body(self) -> str:
        found: list[str] = []
        while self.at < len(self.lines):
            number, line = self.peek()
            if line.startswith(("==", "--")):
                break
            self.at += 1
            found.append(self.line(number, line))
        while found and found[-1] == _NOTHING:
            found.pop()
        while found and found[0] == _NOTHING:
            found.pop(0)
        return "\n".join("" if each == _NOTHING else each for each in found)

    def line(self, number: int, line: str) -> str:
        if not line.strip(_BLANKS):
            return _NOTHING
        line = line.removeprefix("\\") if line.startswith(_PROTECTED) else line
        return self.plain(number, line.removesuffix("\\"))

    def plain(self, number: int, text: str) -> str:
        def char(found: re.Match[str]) -> str:
            code = int(found[1], 16)
            if code > 0x10FFFF or 0xD800 <= code < 0xE000:
                fail(number, worded("%(found)s is no character", found=found[0]))
            return chr(code)

        return _ESCAPE.sub(char, text)


_NOTHING: Final = "\n"
"""A line without anything on it: between words it is an empty line, around them nothing."""
_PROTECTED: Final = ("\\#", "\\==", "\\--", "\\\\")
