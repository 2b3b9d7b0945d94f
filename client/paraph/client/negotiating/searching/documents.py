"""What there is to search in: everything that a desk has opened, as pieces of text with a place."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

from paraph.client.channel.desk import Desk
from paraph.client.files import read_private
from paraph.client.negotiating import bilingual, drafting
from paraph.client.negotiating.kept_drafts import DraftFolder
from paraph.client.negotiating.runs import numbered
from paraph.client.reading import placed
from paraph.protocol.errors import ParaphError
from paraph.protocol.negotiation import kept as keeping
from paraph.protocol.negotiation import marks
from paraph.protocol.negotiation.state import Entry, Negotiation, State, Version
from paraph.protocol.sentences import worded
from paraph.protocol.statements.header import Wording
from paraph.protocol.statements.positions import PositionTaken
from paraph.protocol.statements.side_documents import MINUTES
from paraph.protocol.statements.versions import InsertAfter, Merge, Operation, Replace, Split

Kind = Literal[
    "clause",
    "comment",
    "proposal",
    "position",
    "dispatch",
    "conference",
    "action",
    "minutes",
    "side-document",
    "silence",
    "finding",
    "term",
    "note",
    "mandate",
    "draft",
]
KINDS: Final[tuple[Kind, ...]] = (
    "clause", "comment", "proposal", "position", "dispatch", "conference", "action", "minutes",
    "side-document", "silence", "finding", "term", "note", "mandate", "draft",
)  # fmt: skip
"""In the order in which they are told."""
INTERNAL: Final = frozenset({"note", "mandate", "draft"})
"""What the other side knows nothing of; never shown without saying so."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A piece of text and where it stands.

    Attributes:
        kind: What it is.
        text: The words, as received; references in a text as the numbers that are read there.
        name: How people call it: v3, C-2, P-1, USA-4, VC-1, A-2, S-1, SD-1, F-2, draft 3, #17.
        language: Language, where it is known.
        entry: The statement that said it first; nothing for what was never said.
        cid: Clause that it is, or is on; empty if none.
        number: Number of the clause in the newest version in which it stands so.
        order: Place among those of its kind that stand in the text now; -1 for all others.
        versions: Of a clause: numbers of the first and the last version with these words.
        newest: Of a clause: place in the log of that last version; -1 for all others.
    """

    kind: Kind
    text: str
    name: str
    language: str = ""
    entry: Entry | None = None
    cid: str = ""
    number: str = ""
    order: int = -1
    versions: tuple[int, int] = (0, 0)
    newest: int = -1

    @property
    def index(self) -> int:
        """Place in the log; -1 for what was never said."""
        return self.entry.index if self.entry is not None else -1

    @property
    def is_internal(self) -> bool:
        """Whether the other side knows nothing of it."""
        return self.kind in INTERNAL


def shared(desk: Desk) -> Iterator[Document]:
    """Yield everything that was said in a shared channel and that this desk has opened."""
    state = desk.screen.read
    for talks in state.negotiations.values():
        yield from _Said(state, talks).everything()
    for known in placed.of_kind(state, PositionTaken.KIND):
        opened = desk.screen.again(known.index)
        content = opened.content if opened is not None else None
        if isinstance(content, PositionTaken) and content.note:
            yield Document(kind="position", text=content.note, name=f"#{known.index}", entry=known)


def internal(desk: Desk) -> Iterator[Document]:
    """Yield what stands in a party's internal channel."""
    state = desk.screen.read
    for talks in state.negotiations.values():
        said = _Said(state, talks)
        for each in talks.comments.values():
            if each.content.body:
                cid = each.content.anchor.cid
                yield said.at(each.statement, "note", f"#{each.index}", each.content.body, cid=cid)
    for mandate in state.mandates.values():
        entry = state.entries.get(mandate.statement)
        content = mandate.content
        for language, text in (
            *((each.language, each.words) for each in content.scope),
            *((each.language, "; ".join(each.words)) for each in content.trip_words),
            ("", "; ".join((content.name, *content.out_of_scope))),
        ):
            if entry is not None and text:
                yield Document(
                    kind="mandate", text=text, name=content.name, language=language,
                    entry=entry,
                )  # fmt: skip


def drafts(home: Path) -> tuple[tuple[int, Path, int, int], ...]:
    """Return number, file, time of the last change in ns and size of every draft of a home."""
    return tuple(
        (number, path, stat.st_mtime_ns, stat.st_size)
        for number, path in DraftFolder(home).files()
        for stat in (path.stat(),)
    )


def kept(home: Path, state: State) -> Iterator[Document]:
    """Yield the clauses of kept drafts that read otherwise than the text, and their notes."""
    known = {
        words
        for _, talks in state.negotiations.items()
        for head in talks.heads
        if (version := talks.versions.get(head)) is not None
        for part in version.text.parts
        for words in part.words.values()
    }
    for number, path, changed, size in drafts(home):
        read = _draft(path, changed, size, state.languages)
        for place, (cid, language, text) in enumerate(read):
            if text not in known:
                yield Document(
                    kind="draft", text=text, name=f"draft {number}", language=language,
                    cid=cid, order=place,
                )  # fmt: skip


@keeping.kept(64)
def _draft(
    path: Path, changed: int, size: int, languages: tuple[str, ...]
) -> tuple[tuple[str, str, str], ...]:
    # Clause, language and words of a draft as it stands in the home since *changed*.
    del changed, size
    try:
        data = read_private(path, worded("a draft"), drafting.MOST_BYTES)
        found = bilingual.parse(data.decode(errors="replace"), languages)
    except ParaphError:
        return ()
    texts = [("", "", note) for note in found.notes]
    for each in found.entries:
        texts += [(each.part.cid, "", note) for note in each.notes]
        texts += [(each.part.cid, one, words) for one, words in each.part.words.items()]
        texts += [(each.part.cid, one, words) for one, words in each.part.headings.items()]
    return tuple(each for each in texts if each[2])


class _Said:
    # What was said in one negotiation.
    def __init__(self, state: State, talks: Negotiation) -> None:
        self._state = state
        self._talks = talks

    def at(
        self, statement: bytes, kind: Kind, name: str, text: str, *, language: str = "",
        cid: str = "",
    ) -> Document:  # fmt: skip
        entry = self._state.entries.get(statement)
        return Document(kind=kind, text=text, name=name, language=language, cid=cid, entry=entry)

    def everything(self) -> Iterator[Document]:
        yield from self._clauses()
        yield from self._comments()
        yield from self._proposals()
        for each in self._talks.dispatches.values():
            name = f"{each.content.author}-{each.content.number}"
            yield self.at(each.statement, "dispatch", name, each.content.body)
        yield from self._meetings()
        yield from self._beside()

    # the text

    def _clauses(self) -> Iterator[Document]:
        # Each wording once: where it stood first, and last.
        lines: dict[bytes, list[Version]] = {}
        for version in self._talks.versions.values():
            lines.setdefault(version.document, []).append(version)
        for document, versions in lines.items():
            versions.sort(key=lambda each: each.index)
            side = self._talks.side_documents.get(document)
            kind: Kind = "clause"
            name = ""
            if side is not None:
                kind = "minutes" if side.content.document_kind == MINUTES else "side-document"
                name = f"SD-{side.number} "
            yield from self._wordings(kind, name, versions)

    def _wordings(self, kind: Kind, name: str, versions: list[Version]) -> Iterator[Document]:
        first: dict[tuple[str, str, str], Version] = {}
        last: dict[tuple[str, str, str], Version] = {}
        for version in versions:
            for part in version.text.parts:
                for language, words in (*part.headings.items(), *part.words.items()):
                    key = (part.cid, language, words)
                    first.setdefault(key, version)
                    last[key] = version
        heads = {
            version.statement: {part.cid: n for n, part in enumerate(version.text.parts)}
            for version in versions[-1:]
        }
        numbers = {version.statement: version.text.numbers() for version in versions}
        for key, version in last.items():
            cid, language, words = key
            made, here = first[key], numbers[version.statement]
            yield dataclasses.replace(
                self.at(made.statement, kind, f"{name}v{version.number}",
                        marks.resolve(words, numbered(here)), language=language, cid=cid),
                number=here[cid],
                order=heads.get(version.statement, {}).get(cid, -1),
                versions=(made.number, version.number),
                newest=version.index,
            )  # fmt: skip

    # what is said about it

    def _comments(self) -> Iterator[Document]:
        for each in self._talks.comments.values():
            first = self._talks.comments.get(each.thread) or each
            if each.content.body:
                yield self.at(
                    each.statement, "comment", f"C-{first.number}", each.content.body,
                    cid=first.content.anchor.cid,
                )  # fmt: skip

    def _proposals(self) -> Iterator[Document]:
        for each in self._talks.proposals.values():
            content = each.content
            for wording in (*content.titles, *content.rationale, *_offered(content.operations)):
                yield self.at(
                    each.statement, "proposal", each.name, wording.words,
                    language=wording.language, cid=content.clause,
                )  # fmt: skip
            for step in each.history:
                if step.note:
                    yield self.at(
                        step.statement, "proposal", each.name, step.note, cid=content.clause
                    )

    def _meetings(self) -> Iterator[Document]:
        talks = self._talks
        for each in talks.conferences.values():
            for item in each.schedule.agenda:
                name = f"{each.schedule.name} {item.n}"
                yield self.at(each.schedule_id, "conference", name, item.title)
        for outcomes in talks.outcomes.values():
            for one in outcomes.content.items:
                for wording in one.understanding:
                    yield self.at(
                        outcomes.statement, "conference", outcomes.content.conference,
                        wording.words, language=wording.language, cid=one.cid,
                    )  # fmt: skip
        for action in talks.actions.values():
            yield self.at(action.statement, "action", f"A-{action.number}", action.content.what)
            if action.report is not None and action.report.note:
                name, note = f"A-{action.number}", action.report.note
                yield self.at(action.statement, "action", name, note)

    def _beside(self) -> Iterator[Document]:
        talks, state = self._talks, self._state
        for document in talks.side_documents.values():
            kind: Kind = "minutes" if document.content.document_kind == MINUTES else "side-document"
            yield from self._worded(document.statement, kind, f"SD-{document.number}",
                                    document.content.titles)  # fmt: skip
        for silence in state.silences.values():
            if silence.content.header.negotiation == talks.identity and silence.ending:
                ending = silence.ending
                if ending.reason:
                    name = f"S-{silence.number}"
                    yield self.at(ending.statement, "silence", name, ending.reason)
        for finding in talks.scrutiny.findings.values():
            yield self.at(finding.statement, "finding", f"F-{finding.number}",
                          finding.content.detail, cid=finding.content.cid)  # fmt: skip
        for term in talks.scrutiny.terms.values():
            name = f"#{term.index}"
            yield from self._worded(term.statement, "term", name, term.content.words)
            if term.content.note:
                yield self.at(term.statement, "term", name, term.content.note)

    def _worded(
        self, statement: bytes, kind: Kind, name: str, wordings: tuple[Wording, ...]
    ) -> Iterator[Document]:
        for each in wordings:
            yield self.at(statement, kind, name, each.words, language=each.language)


def _offered(operations: tuple[Operation, ...]) -> Iterator[Wording]:
    # The words that operations would put into the text.
    for each in operations:
        match each:
            case Replace() | Merge():
                yield from each.texts
            case InsertAfter():
                yield from each.clause.texts
            case Split():
                yield from (*each.texts, *each.new_texts)
            case _:
                pass
