"""What a desk knows, with the words of what it holds left out: for everything that is shown.

The fold is as it was; this is another value beside it. Whatever was said under a key that is held
(:mod:`paraph.client.reading.held`) keeps its place, number and structure, so that every view finds
it, and has in place of words the line that says why. A version keeps its clauses; those whose words
it changed say that line, and the newest version is the newest that is not held. What the fold made
of a statement in codes (a standing, a position) stays: both sides compute it.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, Literal, TypeVar

from paraph.client.reading import placed
from paraph.client.reading.held import Held
from paraph.protocol.errors import MalformedError
from paraph.protocol.negotiation.state import Entry, Negotiation, Proposal, Receipt, State, Version
from paraph.protocol.negotiation.state.conclusion import Conclusion, Powers
from paraph.protocol.negotiation.state.scrutiny import Scrutiny
from paraph.protocol.negotiation.text import Part
from paraph.protocol.negotiation.trie import Trie
from paraph.protocol.schema import Codec, Record
from paraph.protocol.sentences import Sentence, worded
from paraph.protocol.statements.conferences import ActionReported
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.exchanges import AcknowledgementGiven
from paraph.protocol.statements.header import ContentHeader
from paraph.protocol.statements.proposals import ProposalAnswered
from paraph.protocol.statements.scrutiny import FindingSettled
from paraph.protocol.statements.versions import NegotiationOpened

R = TypeVar("R", bound=Record)
V = TypeVar("V")

SHORT: Final = worded("held back")
"""In place of a label."""
_PROBE: Final = "held: not shown"
_LONG: Final = _PROBE * 14
_How = Literal["line", "label", "labels", "keep"]


# ------------------------------------------------------------------ one record


def record(said: R, line: Sentence) -> R:
    """Return *said* with *line* in place of its words, and none of what it encloses.

    It is for display, never valid and never encoded. Words are what stands in a field that would
    take any; codes, ids, numbers and instants stay.
    """
    made = object.__new__(type(said))
    made.__dict__.update(said.__dict__)
    fields = _fields(type(said))  # type: ignore[arg-type]  # it has a hash
    for name, how in fields.items():
        made.__dict__[name] = _masked(getattr(said, name), how, line)
    if isinstance(made, ContentHeader):
        made.__dict__["attachments"] = ()
    return made


def _masked(value: Any, how: _How, line: Sentence) -> Any:  # noqa: ANN401 - a field of any record
    if isinstance(value, Record):
        return record(value, line)
    if isinstance(value, tuple) and how != "labels":
        return tuple(record(each, line) if isinstance(each, Record) else each for each in value)
    if not value or how == "keep":
        return value
    return {"line": line, "label": SHORT, "labels": (SHORT,)}[how]


@functools.cache
def _fields(kind: type[Record]) -> Mapping[str, _How]:
    return {name: _how(codec) for name, codec in kind.CODECS.items()}


def _how(codec: Codec[Any]) -> _How:
    # A field that takes a sentence holds words; one that takes none of it holds a code.
    ways: tuple[tuple[_How, object], ...] = (
        ("line", _LONG),
        ("label", _PROBE),
        ("labels", [_PROBE]),
    )
    for how, probe in ways:
        try:
            codec.load(probe)
        except MalformedError:
            continue
        return how
    return "keep"


# ------------------------------------------------------------------ everything that is known


def masked(state: State, held: Held, content_of: Callable[[int], Content | None]) -> State:
    """Return *state* as it is shown; itself where nothing in it is held.

    Args:
        state: What was folded.
        held: What is held.
        content_of: Opens the statement at an index once more.
    """
    if not held:
        return state
    found = [
        (entry, why)
        for entry in placed.in_order(state)
        if (why := held.why(entry.said.key, entry.index)) is not None
    ]
    return _Masking(found, content_of).state(state) if found else state


class _Masking:
    def __init__(
        self, found: list[tuple[Entry, Sentence]], content_of: Callable[[int], Content | None]
    ) -> None:
        self._lines: Final = {entry.said.statement: why for entry, why in found}
        self._places: Final = {entry.index: why for entry, why in found}
        self._kinds: Final = {entry.kind for entry, _ in found}
        self._entries: Final = [entry for entry, _ in found]
        self._opened: Final = {
            entry.negotiation: why for entry, why in found if entry.kind == NegotiationOpened.KIND
        }
        # Kept in the state without the statement that said them.
        self._said: Final = [
            (content, why)
            for entry, why in found
            if entry.kind in (ActionReported.KIND, FindingSettled.KIND)
            and (content := content_of(entry.index)) is not None
        ]

    def state(self, state: State) -> State:
        negotiations = state.negotiations
        for identity in {each.negotiation for each in self._entries}:
            talks = negotiations.get(identity)
            if talks is not None:
                negotiations = negotiations.put(identity, self._talks(talks))
        return dataclasses.replace(
            state,
            negotiations=negotiations,
            entries=self._outcomes(state.entries),
            receipts=self._receipts(state.receipts),
            silences=self._all(self._own(state.silences), self._silence),
        )

    def _talks(self, talks: Negotiation) -> Negotiation:
        opened, line = talks.opened, self._opened.get(talks.identity)
        versions = self._versions(talks.versions)
        return dataclasses.replace(
            talks,
            opened=record(opened, line) if opened is not None and line is not None else opened,
            versions=versions,
            heads=shown_heads(talks.versions, talks.heads, self._lines),
            proposals=self._proposals(self._own(talks.proposals)),
            packages=self._own(talks.packages),
            comments=self._own(talks.comments),
            dispatches=self._own(talks.dispatches),
            side_documents=self._all(
                self._own(talks.side_documents),
                lambda each: (
                    dataclasses.replace(
                        each, heads=shown_heads(talks.versions, each.heads, self._lines)
                    )
                    if self._lines.keys() & set(each.heads)
                    else each
                ),
            ),
            conferences=self._all(
                talks.conferences,
                lambda each: (
                    dataclasses.replace(each, schedule=record(each.schedule, line))
                    if (line := self._lines.get(each.schedule_id))
                    else each
                ),
            ),
            schedules=self._each(talks.schedules, record),
            outcomes=self._own(talks.outcomes),
            actions=self._all(
                self._own(talks.actions),
                lambda each: (
                    dataclasses.replace(each, report=report)
                    if each.report is not None
                    and (report := self._words(each.report)) is not each.report
                    else each
                ),
            ),
            conclusion=self._conclusion(talks.conclusion),
            scrutiny=self._scrutiny(talks.scrutiny),
        )

    # ways through a map

    def _each(self, trie: Trie[V], change: Callable[[V, Sentence], V]) -> Trie[V]:
        # Of a map by statement, what those that are held have put there.
        for statement, line in self._lines.items():
            found = trie.get(statement)
            if found is not None:
                trie = trie.put(statement, change(found, line))
        return trie

    def _own(self, trie: Trie[V]) -> Trie[V]:
        def change(value: Any, line: Sentence) -> Any:  # noqa: ANN401 - whatever has a content
            return dataclasses.replace(value, content=record(value.content, line))

        return self._each(trie, change)

    @staticmethod
    def _all(trie: Trie[V], change: Callable[[V], V]) -> Trie[V]:
        for key, value in trie.items():
            changed = change(value)
            if changed is not value:
                trie = trie.put(key, changed)
        return trie

    def _words(self, said: R) -> R:
        # A record of which the state does not say who said it.
        for content, line in self._said:
            if content == said:
                return record(said, line)
        return said

    # what is more than its own content

    def _versions(self, true: Trie[Version]) -> Trie[Version]:
        shown = true
        for statement, line in self._lines.items():  # in the order of the log: parents first
            version = true.get(statement)
            if version is None:
                continue
            first = version.content.parents[:1]
            before = true.get(first[0]) if first else None
            known = shown.get(first[0]) if first else None
            parts = []
            for part in version.text.parts:
                old = before.text.find(part.cid) if before is not None else None
                same = known.text.find(part.cid) if known is not None and old == part else None
                parts.append(same or _part(part, line))
            text = dataclasses.replace(version.text, parts=tuple(parts))
            content = record(version.content, line)
            shown = shown.put(statement, dataclasses.replace(version, content=content, text=text))
        return shown

    def _proposals(self, trie: Trie[Proposal]) -> Trie[Proposal]:
        if ProposalAnswered.KIND not in self._kinds:
            return trie

        def change(proposal: Proposal) -> Proposal:
            steps = self._all(
                proposal.steps,
                lambda each: (
                    dataclasses.replace(each, note=line)
                    if each.note and (line := self._lines.get(each.statement))
                    else each
                ),
            )
            return (
                proposal if steps is proposal.steps else dataclasses.replace(proposal, steps=steps)
            )

        return self._all(trie, change)

    def _silence(self, silence: Any) -> Any:  # noqa: ANN401 - one of several standings
        ending = silence.ending
        line = self._lines.get(ending.statement) if ending is not None and ending.reason else None
        if line is None:
            return silence
        return dataclasses.replace(silence, ending=dataclasses.replace(ending, reason=line))

    def _conclusion(self, conclusion: Conclusion) -> Conclusion:
        def acts(found: tuple[Any, ...]) -> tuple[Any, ...]:
            return tuple(
                dataclasses.replace(each, act=record(each.act, line))
                if (line := self._lines.get(each.said.statement))
                else each
                for each in found
            )

        def powers(found: Mapping[str, Powers]) -> Mapping[str, Powers]:
            lines = {
                code: line
                for code, each in found.items()
                if (line := self._lines.get(each.initial) or self._lines.get(each.sign))
            }
            if not lines:
                return found
            return {
                code: dataclasses.replace(
                    each, capacity=tuple(record(one, lines[code]) for one in each.capacity)
                )
                if code in lines
                else each
                for code, each in found.items()
            }

        return dataclasses.replace(
            conclusion,
            powers=self._all(conclusion.powers, powers),
            initials=acts(conclusion.initials),
            signatures=acts(conclusion.signatures),
            alternats=self._own(conclusion.alternats),
            effects=self._own(conclusion.effects),
            notes=self._own(conclusion.notes),
            events=self._own(conclusion.events),
        )

    def _scrutiny(self, scrutiny: Scrutiny) -> Scrutiny:
        def settled(finding: Any) -> Any:  # noqa: ANN401 - a finding
            said = {code: self._words(each) for code, each in finding.said.items()}
            changed = any(said[code] is not each for code, each in finding.said.items())
            return dataclasses.replace(finding, said=said) if changed else finding

        return dataclasses.replace(
            scrutiny,
            findings=self._all(self._own(scrutiny.findings), settled),
            terms=self._own(scrutiny.terms),
        )

    def _receipts(self, receipts: Trie[Mapping[str, Receipt]]) -> Trie[Mapping[str, Receipt]]:
        if AcknowledgementGiven.KIND not in self._kinds:
            return receipts

        def change(found: Mapping[str, Receipt]) -> Mapping[str, Receipt]:
            if not any(each.reason and each.index in self._places for each in found.values()):
                return found
            return {
                code: dataclasses.replace(each, reason=self._places[each.index])
                if each.reason and each.index in self._places
                else each
                for code, each in found.items()
            }

        return self._all(receipts, change)

    def _outcomes(self, entries: Trie[Entry]) -> Trie[Entry]:
        # Why something was refused may quote it.
        for entry in self._entries:
            if entry.outcome.detail:
                outcome = dataclasses.replace(
                    entry.outcome, detail=self._lines[entry.said.statement]
                )
                entries = entries.put(
                    entry.said.statement, dataclasses.replace(entry, outcome=outcome)
                )
        return entries


def _part(part: Part, line: Sentence) -> Part:
    return dataclasses.replace(
        part,
        words=dict.fromkeys(part.words, line),
        headings={each: line for each, words in part.headings.items() if words},
        handling=SHORT if part.handling else "",
    )


# ------------------------------------------------------------------ heads


def shown_heads(
    versions: Trie[Version], heads: tuple[bytes, ...], held: Mapping[bytes, object]
) -> tuple[bytes, ...]:
    """Return the newest versions that are not held, in the order of the log.

    Args:
        versions: Every version.
        heads: The newest versions.
        held: What is held, by statement.
    """
    if not held.keys() & set(heads):
        return heads
    found = {one for each in heads for one in _standing(versions, each, held)}
    below = {one for each in found for one in _ancestors(versions, each)} if len(found) > 1 else ()
    known = [version for each in found if each not in below and (version := versions.get(each))]
    return tuple(each.statement for each in sorted(known, key=lambda each: each.index))


def _standing(
    versions: Trie[Version], start: bytes, held: Mapping[bytes, object]
) -> Iterator[bytes]:
    waiting, seen = [start], {start}
    while waiting:
        each = waiting.pop()
        version = versions.get(each)
        if version is None:
            continue
        if each not in held:
            yield each
            continue
        fresh = set(version.content.parents) - seen
        seen |= fresh
        waiting += fresh


def _ancestors(versions: Trie[Version], start: bytes) -> set[bytes]:
    seen: set[bytes] = set()
    waiting = [start]
    while waiting:
        version = versions.get(waiting.pop())
        fresh = set(version.content.parents) - seen if version is not None else set[bytes]()
        seen |= fresh
        waiting += fresh
    return seen
