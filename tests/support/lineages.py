"""Versions without a log, and random families of them, for tests of lineage and anchors."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterable, Sequence
from typing import Final

from paraph.client.scenario import Scenario
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.state import Version
from paraph.protocol.negotiation.text import Text
from paraph.protocol.negotiation.trie import Trie
from paraph.protocol.statements.exchanges import Anchor
from paraph.protocol.statements.header import to_wordings
from paraph.protocol.statements.versions import (
    NO_NOTES,
    Clause,
    Delete,
    InsertAfter,
    Merge,
    MoveAfter,
    Operation,
    Replace,
    Split,
)
from tests.support import negotiating as talk

PLAIN: Final = talk.base()


def name(number: int) -> bytes:
    """Return the statement id of the version at a place."""
    return (number + 1).to_bytes(2, "big") * 16


class Line:
    """Versions in the order in which they were tabled.

    Attributes:
        texts: The text of each.
    """

    def __init__(self, languages: Sequence[str] = talk.LANGUAGES) -> None:
        self.languages = tuple(languages)
        self.versions: Trie[Version] = Trie()
        self.texts: list[Text] = []

    def base(self, clauses: Iterable[Clause]) -> bytes:
        """Table a whole text."""
        return self._put(texts.from_clauses(tuple(clauses), self.languages), (), ())

    def child(self, parents: Sequence[bytes], *operations: Operation) -> bytes:
        """Table operations on the first of *parents*."""
        first, *others = (self.text(each) for each in parents)
        made = texts.apply(first, operations)
        for other in others:
            made = made.joined(other)
        return self._put(made, tuple(parents), operations)

    def text(self, version: bytes) -> Text:
        """Return the text of a version."""
        return self.texts[int.from_bytes(version[:2], "big") - 1]

    def _put(
        self, text: Text, parents: tuple[bytes, ...], operations: tuple[Operation, ...]
    ) -> bytes:
        index = len(self.texts)
        content = PLAIN
        if parents:
            content = dataclasses.replace(PLAIN, parents=parents, operations=operations, clauses=())
        version = Version(
            statement=name(index),
            index=index,
            party="USA",
            number=index + 1,
            content=content,
            text=text,
            digests={},
            confirmed={},
        )
        self.versions = self.versions.put(version.statement, version)
        self.texts.append(text)
        return version.statement


def of_scenario(scenario: Scenario) -> tuple[Line, dict[str, bytes]]:
    """Return the versions of a scenario, and the statement id of each."""
    line = Line(scenario.languages)
    ids: dict[str, bytes] = {}
    for each in scenario.versions:
        ids[each.id] = (
            line.child((ids[each.parent],), *each.operations)
            if each.parent
            else line.base(each.clauses)
        )
    return line, ids


def both(words: str) -> dict[str, str]:
    """Return words in two languages."""
    return {"en": words, "ru": words}


def made(cid: str, words: str) -> Clause:
    """Return a clause with the same words in two languages."""
    return talk.clause(cid, **both(words))


def replace(cid: str, words: str) -> Replace:
    """Return new words for a clause."""
    return Replace(cid=cid, texts=to_wordings(both(words)), notes=NO_NOTES)


def insert(after: str, cid: str, words: str) -> InsertAfter:
    """Return a new clause."""
    return InsertAfter(after=after, clause=made(cid, words), notes=NO_NOTES)


def delete(cid: str) -> Delete:
    """Return a clause that leaves."""
    return Delete(cid=cid, to=(), notes=NO_NOTES)


def move(cid: str, after: str) -> MoveAfter:
    """Return a clause that changes place."""
    return MoveAfter(cid=cid, after=after, notes=NO_NOTES)


def split(cid: str, words: str, new: str, new_words: str) -> Split:
    """Return a clause that becomes two."""
    return Split(
        cid=cid,
        texts=to_wordings(both(words)),
        new_cid=new,
        new_texts=to_wordings(both(new_words)),
        new_headings=(),
        notes=NO_NOTES,
    )


def merge(cids: Iterable[str], into: str, words: str) -> Merge:
    """Return clauses that become one."""
    return Merge(
        cids=tuple(sorted(cids)),
        into=into,
        texts=to_wordings(both(words)),
        headings=(),
        notes=NO_NOTES,
    )


def anchor(version: bytes, cid: str, exact: str, prefix: str = "", suffix: str = "") -> Anchor:
    """Return an anchor on English words."""
    return talk.anchor(version, cid, exact, prefix=prefix, suffix=suffix)


WORDS: Final = ("sides", "aircraft", "will", "keep", "distance", "radio", "crew", "area", "the")
Origins = dict[str, frozenset[int]]


class Family:
    """A random line of versions with branches, which remembers whence each clause is.

    An independent account: every clause has a set of origins. A new clause has one of its own, a
    split gives its origins to both, a merge joins them. Words are copied to strangers on purpose.

    Attributes:
        line: The versions.
        origins: Origins of each clause, by version.
    """

    def __init__(self, seed: int, versions: int = 6) -> None:
        self.random = random.Random(seed)
        self.line = Line(("en", "ru"))
        self.origins: dict[bytes, Origins] = {}
        self._births = 0
        clauses = [made(f"c{at}", self._words()) for at in range(self.random.randrange(2, 5))]
        first = self.line.base(clauses)
        self.origins[first] = {each.cid: self._birth() for each in clauses}
        for _ in range(versions - 1):
            self._grow()

    def _words(self) -> str:
        return " ".join(self.random.choices(WORDS, k=self.random.randrange(3, 9)))

    def _birth(self) -> frozenset[int]:
        self._births += 1
        return frozenset({self._births})

    def _grow(self) -> None:
        some = self.random
        known = list(self.origins)
        first = known[-1] if some.random() < 0.7 else some.choice(known)
        parents = [first]
        if len(known) > 2 and some.random() < 0.3:
            parents.append(some.choice([each for each in known if each != first]))
        text, origins = self.line.text(first), dict(self.origins[first])
        operations: list[Operation] = []
        for _ in range(some.randrange(4)):
            after = dict(origins)
            operation = self._operation(text, after, parents)
            text, origins = texts.apply(text, (operation,)), after
            operations.append(operation)
        self.origins[self.line.child(parents, *operations)] = origins

    def _operation(self, text: Text, origins: Origins, parents: list[bytes]) -> Operation:
        some = self.random
        cids = [part.cid for part in text.parts]
        words = {part.cid: part.words["en"] for part in text.parts}
        cid = some.choice(cids)
        # Ids are few, so that two branches give the same one to different clauses.
        fresh = next(each for at in range(99) if (each := f"n{at}") not in text.used)
        taken = self.origins[parents[1]] if len(parents) > 1 else {}
        wanted = [each for each in taken if each not in text.used]
        if wanted and some.random() < 0.7:
            fresh = some.choice(wanted)
        kind = some.randrange(6)
        if kind == 0 and len(cids) > 2:
            del origins[cid]
            return delete(cid)
        if kind == 1 and len(cids) > 1:
            return move(cid, some.choice([each for each in cids if each != cid]))
        if kind == 2:
            tokens = words[cid].split(" ")
            at = some.randrange(len(tokens) + 1)
            origins[fresh] = origins[cid] | taken.get(fresh, frozenset())
            return split(cid, " ".join(tokens[:at]), fresh, " ".join(tokens[at:]))
        if kind == 3 and len(cids) > 2:
            joined = some.sample(cids, 2)
            into = joined[0]
            origins[into] = frozenset[int]().union(*(origins.pop(each) for each in joined))
            return merge(joined, into, " ".join(words[each] for each in joined))
        if kind == 4:
            copied = words[some.choice(cids)] if some.random() < 0.5 else self._words()
            origins[fresh] = taken[fresh] if fresh in taken else self._birth()
            return insert(cid, fresh, copied)
        tokens = words[cid].split(" ")
        tokens[some.randrange(len(tokens))] = some.choice(WORDS)
        if some.random() < 0.3:
            tokens = words[some.choice(cids)].split(" ")  # a stranger's words
        return replace(cid, " ".join(tokens))

    def anchors(self) -> list[Anchor]:
        """Return an anchor on some words of every clause of some versions."""
        found = []
        for version in self.random.sample(list(self.origins), 2):
            for part in self.line.text(version).parts:
                tokens = part.words["en"].split(" ")
                at = self.random.randrange(len(tokens))
                quote = " ".join(tokens[at : at + 2])
                before = " ".join(tokens[:at])
                if quote:
                    prefix = before[-6:] + " " if before else ""
                    found.append(anchor(version, part.cid, quote, prefix))
        return found
