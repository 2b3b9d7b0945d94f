"""How a clause came to be: each version that touched it, across renumbering, splits and merges."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Final, Literal

from paraph.client.negotiating.redline import words
from paraph.protocol.errors import InputError
from paraph.protocol.negotiation import comparing
from paraph.protocol.negotiation.lineage import Lineage
from paraph.protocol.negotiation.state import Negotiation, Stance, Version
from paraph.protocol.sentences import worded

Bit = tuple[Literal["same", "deleted", "inserted"], str]
"""Some words, and whether both wordings have them, or which."""
JOINT: Final = "\n"
"""Between the words of clauses that are shown as one."""


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """A clause, or what it came from or became, in one version.

    Attributes:
        version: The version.
        cids: The clauses, in the order of the text; none where it had left.
        numbers: Their numbers; clauses without one are left out.
        acts: Kinds of the operations of this version that touched it.
        words: By language, the words of all of them.
        changed: Languages in which they are not as before; all of them in the first version.
        before: By language, the words as they were; nothing in the first version.
        earlier: The version in which they were so; nothing in the first.
        renumbered: Only its numbers are others than before.
    """

    version: Version
    cids: tuple[str, ...]
    numbers: tuple[str, ...]
    acts: tuple[str, ...]
    words: Mapping[str, str]
    changed: tuple[str, ...]
    before: Mapping[str, str] | None
    earlier: Version | None
    renumbered: bool

    @property
    def is_news(self) -> bool:
        """Whether anything became of it in this version."""
        return bool(self.changed or self.acts or self.renumbered)

    def bits(self, language: str) -> tuple[Bit, ...]:
        """Return its words in a language against those before."""
        old = self.before.get(language, "") if self.before is not None else ""
        return tuple(compared(old, self.words.get(language, "")))


def history(lineage: Lineage, end: Version, cid: str) -> tuple[Step, ...]:
    """Return how a clause stood in each version up to *end*, in the order of the log.

    Raises:
        InputError: Code ``unknown-clause``: no version up to *end* has it.
    """
    found = tuple(_steps(lineage, end, cid))
    if not found:
        raise InputError(
            worded('no version up to this one has a clause "%(cid)s"', cid=cid),
            code="unknown-clause",
            hint="paraph text show lists the clauses and their ids",
        )
    return found


def _steps(lineage: Lineage, end: Version, cid: str) -> Iterator[Step]:
    before: dict[str, str] | None = None
    numbers_before: tuple[str, ...] | None = None
    earlier: Version | None = None
    for each in lineage.history(end.statement, cid):
        every = each.version.text.numbers()
        numbers = tuple(every[one] for one in each.cids if every[one])
        parts = [lineage.part(each.version.statement, one) for one in each.cids]
        now = {
            language: JOINT.join(part.words.get(language, "") for part in parts if part)
            for language in each.version.text.languages
        }
        yield Step(
            version=each.version,
            cids=each.cids,
            numbers=numbers,
            acts=each.acts,
            words=now,
            changed=tuple(name for name in now if before is None or before[name] != now[name]),
            before=before,
            earlier=earlier,
            renumbered=numbers_before is not None and numbers != numbers_before,
        )
        before, numbers_before, earlier = now, numbers, each.version


def compared(old: str, new: str) -> Iterator[Bit]:
    """Yield two wordings as one: what both have, and between it what only one has."""
    before, after = comparing.tokens(old), comparing.tokens(new)
    for same, (a, b, c, d) in words.areas(before, after):
        if same:
            yield "same", "".join(after[c:d])
            continue
        if a < b:
            yield "deleted", "".join(before[a:b])
        if c < d:
            yield "inserted", "".join(after[c:d])


@dataclasses.dataclass(frozen=True, slots=True)
class Said:
    """A position that a party took on a clause.

    Attributes:
        party: Who.
        value: What.
        stance: The statement.
        version: The version whose words it is about.
        same_words: Those words are still the clause's.
    """

    party: str
    value: str
    stance: Stance
    version: Version
    same_words: bool


def positions_on(talks: Negotiation, version: Version, cid: str) -> tuple[Said, ...]:
    """Return every position on clause *cid*, in the order of the log; none that was recalled."""
    part = version.text.find(cid)
    found = []
    for party, stances in talks.stances.items():
        for stance in stances.values():
            about = talks.versions.get(stance.version)
            then = about.text.find(cid) if about is not None else None
            value = stance.on(cid) if then is not None else ""
            if about is None or then is None or not value or stance.statement in talks.recalled:
                continue
            same = part is not None and part.words == then.words
            found.append(Said(party, value, stance, about, same))
    return tuple(sorted(found, key=lambda each: each.stance.index))


def relatives(steps: tuple[Step, ...]) -> frozenset[str]:
    """Return every id under which the clause, or what it came from, was ever known."""
    return frozenset(cid for each in steps for cid in each.cids)
