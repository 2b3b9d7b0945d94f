"""What a bot remembers, as values: cursor, what is done, parked, asked for, watched.

Everything changes by lines (:meth:`Memory.apply`), and :meth:`Memory.snapshot` gives lines that
make the same memory again: what is written is what is remembered, whoever writes it.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

Line = Mapping[str, Any]
Key = tuple[str, str]
"""Statement id in hex, and the name of the handler."""

MOST_IN_BATCH: Final = 256
"""Statements in one acknowledgement; a record holds at most 1,024."""


@dataclasses.dataclass(frozen=True, slots=True)
class Parked:
    """An event that a handler could not take.

    Attributes:
        id: Statement id in hex.
        handler: Name of the handler.
        index: Where the statement stands.
        reason: Why.
        attempts: How often it was tried.
        at: When it was parked, POSIX ms.
    """

    id: str
    handler: str
    index: int
    reason: str
    attempts: int
    at: int


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Asked:
    """An acknowledgement that a handler asked for.

    Attributes:
        negotiation: Negotiation id in hex.
        outcome: ``ok`` or ``cannot_open``.
        reason: Empty with ``ok``.
    """

    negotiation: str
    outcome: str
    reason: str


@dataclasses.dataclass(frozen=True, slots=True)
class Batch:
    """Acknowledgements that leave in one statement.

    Attributes:
        subjects: Statement ids in hex, ascending.
        asked: What is said of them all.
        dated: Claimed instant, POSIX ms.
    """

    subjects: tuple[str, ...]
    asked: Asked
    dated: int

    @property
    def tag(self) -> str:
        """Name in the outbox: the same answer to the same statements always gives the same one."""
        said = " ".join((self.asked.outcome, *self.subjects))
        return f"acknowledge-{hashlib.sha256(said.encode()).hexdigest()[:32]}"


class Memory:
    """The memory of one bot.

    Attributes:
        cursor: Every event below this index is finished, but for those in ``again``.
        finished: Indices above the cursor that are finished.
        parked: What waits for a person.
        again: Index of each parked event that a person has put back.
        asked: Acknowledgements that are in no batch yet, by statement.
        batches: Batches that are not proven to stand in the log, by tag.
        watched: What the stock bot knows of statements that wait for a person.
        told: Notices that were given.
    """

    def __init__(self) -> None:
        self.cursor = 0
        self.finished: set[int] = set()
        self.parked: dict[Key, Parked] = {}
        self.again: dict[Key, int] = {}
        self.asked: dict[str, Asked] = {}
        self.batches: dict[str, Batch] = {}
        self.watched: dict[str, dict[str, Any]] = {}
        self.told: set[str] = set()
        self._done: dict[Key, int] = {}
        self._attempts: dict[Key, int] = {}
        self._acknowledged: set[tuple[str, str]] = set()

    def is_settled(self, key: Key) -> bool:
        """Tell whether a handler is done with a statement, or it is parked."""
        return key in self._done or key in self.parked

    def attempts(self, key: Key) -> int:
        """Return how often a handler was tried on a statement."""
        return self._attempts.get(key, 0)

    def is_acknowledged(self, statement: str, outcome: str) -> bool:
        """Tell whether this answer to a statement has been put into a batch, ever."""
        return (statement, outcome) in self._acknowledged

    def next_batches(self, dated: int) -> Iterator[Line]:
        """Yield the lines that put what was asked for into batches."""
        by_answer: dict[Asked, list[str]] = {}
        for subject, asked in self.asked.items():
            by_answer.setdefault(asked, []).append(subject)
        for asked, subjects in sorted(by_answer.items()):
            ordered = sorted(subjects)
            for at in range(0, len(ordered), MOST_IN_BATCH):
                yield {
                    "do": "batch",
                    "subjects": ordered[at : at + MOST_IN_BATCH],
                    "dated": dated,
                    **dataclasses.asdict(asked),
                }

    def apply(self, line: Line) -> None:
        """Take in one line; ``KeyError``, ``TypeError`` or ``ValueError`` if it is none of ours."""
        match line["do"]:
            case "try":
                key = (line["id"], line["handler"])
                self._attempts[key] = self._attempts.get(key, 0) + 1
            case "done":
                self._settle(line)
                for subject, answer in line.get("asked", {}).items():
                    asked = Asked(*answer)
                    if not self.is_acknowledged(subject, asked.outcome):
                        self.asked[subject] = asked
            case "park":
                fields = {name: value for name, value in line.items() if name != "do"}
                parked = Parked(**fields)
                self._settle(line)
                self.parked[parked.id, parked.handler] = parked
            case "past":
                self.finished.add(line["index"])
                self._advance()
            case "cursor":
                self.cursor = max(self.cursor, line["index"])
                self._forget_below()
                self._advance()
            case "rewind":
                self._rewind(line["index"])
            case "requeue":
                self._requeue(line["id"])
            case _:
                self._apply_said(line)

    def _apply_said(self, line: Line) -> None:
        match line["do"]:
            case "batch":
                answer = Asked(line["negotiation"], line["outcome"], line["reason"])
                batch = Batch(tuple(line["subjects"]), answer, line["dated"])
                self.batches[batch.tag] = batch
                for subject in batch.subjects:
                    self._acknowledged.add((subject, answer.outcome))
                    self.asked.pop(subject, None)
            case "said":
                self.batches.pop(line["tag"], None)
            case "acknowledged":
                self._acknowledged.update((each, line["outcome"]) for each in line["subjects"])
            case "watch":
                self.watched[line["id"]] = {**self.watched.get(line["id"], {}), **line["facts"]}
            case "unwatch":
                self.watched.pop(line["id"], None)
            case "told":
                self.told.add(line["what"])
            case _:
                raise ValueError("unknown line")

    def _settle(self, line: Line) -> None:
        key = (line["id"], line["handler"])
        self._attempts.pop(key, None)
        self.again.pop(key, None)
        if line["index"] >= self.cursor:
            self._done[key] = line["index"]

    def _advance(self) -> None:
        before = self.cursor
        while self.cursor in self.finished:
            self.finished.discard(self.cursor)
            self.cursor += 1
        if self.cursor > before:
            self._forget_below()

    def _forget_below(self) -> None:
        # Nothing below the cursor is handled again, but for what a person puts back.
        self.finished = {index for index in self.finished if index >= self.cursor}
        self._done = {key: index for key, index in self._done.items() if index >= self.cursor}

    def _rewind(self, cursor: int) -> None:
        self.cursor = min(self.cursor, cursor)
        self.finished.clear()
        self._done.clear()
        self._attempts.clear()
        self.again.clear()
        self.parked = {key: each for key, each in self.parked.items() if each.index < cursor}

    def _requeue(self, statement: str) -> None:
        for key, parked in list(self.parked.items()):
            if parked.id == statement:
                del self.parked[key]
                self._done.pop(key, None)
                self.again[key] = parked.index

    def snapshot(self) -> Iterator[Line]:
        """Yield lines that make this memory again."""
        yield {"do": "cursor", "index": self.cursor}
        yield from self._handled()
        yield from self._said()
        for statement, facts in self.watched.items():
            yield {"do": "watch", "id": statement, "facts": facts}
        for what in sorted(self.told):
            yield {"do": "told", "what": what}
        for index in sorted(self.finished):
            yield {"do": "past", "index": index}

    def _handled(self) -> Iterator[Line]:
        for (statement, handler), index in self._done.items():
            if (statement, handler) not in self.parked:
                yield {"do": "done", "id": statement, "handler": handler, "index": index}
        for (statement, handler), index in self.again.items():
            empty = Parked(statement, handler, index, "", 0, 0)
            yield {"do": "park", **dataclasses.asdict(empty)}
            yield {"do": "requeue", "id": statement}
        for parked in self.parked.values():
            yield {"do": "park", **dataclasses.asdict(parked)}
        for (statement, handler), count in self._attempts.items():
            for _ in range(count):
                yield {"do": "try", "id": statement, "handler": handler}

    def _said(self) -> Iterator[Line]:
        for statement, asked in self.asked.items():
            answer = {statement: list(dataclasses.astuple(asked))}
            yield {"do": "done", "id": statement, "handler": "", "index": -1, "asked": answer}
        for outcome in sorted({each for _, each in self._acknowledged}):
            subjects = sorted(each for each, said in self._acknowledged if said == outcome)
            yield {"do": "acknowledged", "subjects": subjects, "outcome": outcome}
        for batch in self.batches.values():
            answer_ = dataclasses.asdict(batch.asked)
            subjects = list(batch.subjects)
            yield {"do": "batch", "subjects": subjects, "dated": batch.dated, **answer_}
