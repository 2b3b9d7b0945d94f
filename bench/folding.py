"""How fast a log is folded: a mix of everything that a negotiation says, and how that grows.

No mark: no relay, no disk and no cryptography is in it. Times are CPU times of this process, the
collector's share included, so that another program in between is in none of them. The small log
is folded ten times in a row and the large one once right after it, so that both last equally
long. Another program on the same cores still takes their caches, and only ever adds to a time:
the growth is that of the quickest of each, the seconds are medians. Work that is counted grows
10.0 times (``tests/bench/test_folding.py``). Run by itself with ``python -m bench.folding``.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import itertools
import random
import time
from collections.abc import Iterator
from typing import Any, Final

from bench.figures import median
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation import fold
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.ids import Ids
from paraph.protocol.negotiation.state import Said, State, begin
from paraph.protocol.negotiation.text import Text
from paraph.protocol.statements.clear import Heartbeat
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.exchanges import (
    NO_ANCHOR,
    AcknowledgementGiven,
    CommentMade,
    DispatchSent,
)
from paraph.protocol.statements.header import ContentHeader, to_digests, to_wordings
from paraph.protocol.statements.positions import ClausePosition, PositionTaken
from paraph.protocol.statements.proposals import ProposalAnswered, ProposalMade
from paraph.protocol.statements.versions import (
    NO_NOTES,
    Clause,
    Marking,
    NegotiationOpened,
    Replace,
    VersionTabled,
)

SIZES: Final = (1_000, 10_000)
"""Statements folded; the second is what the guide of performance speaks of."""
MOST_S: Final = 1.0
"""CPU time of the larger fold at most."""
MOST_GROWTH: Final = 11.0
"""Ten times the statements may take this many times the time: linear, with room for caches."""
PAIRS: Final = 9
"""Pairs of folds, at least: a second each."""
CLAUSES: Final = 30
_LANGUAGES: Final = ("en", "ru")
_PARTIES: Final = ("RUS", "USA")
_TALKS: Final = bytes(range(16))
_OF_A_HUNDRED: Final = {"comment": 35, "receipt": 30, "dispatch": 12, "position": 8,
                        "proposal": 6, "answer": 6, "version": 1, "heartbeat": 2}  # fmt: skip


def folding(runs: int = PAIRS) -> dict[str, float]:
    """Return CPU seconds for each size, medians over *runs* pairs or more, and their growth."""
    small, large = (log(size) for size in SIZES)
    fold_all(small)
    pairs = [(_timed(small, SIZES[1] // SIZES[0]), _timed(large)) for _ in range(max(runs, PAIRS))]
    found = {f"{size}": median(each[place] for each in pairs) for place, size in enumerate(SIZES)}
    quickest, slower = (min(each[place] for each in pairs) for place in range(len(SIZES)))
    return {**found, "growth": slower / quickest}


def _timed(said: list[tuple[Content | Heartbeat, Said]], repeats: int = 1) -> float:
    with _own_heap():
        begun = time.process_time()
        for _ in range(repeats):
            fold_all(said)
        return (time.process_time() - begun) / repeats


@contextlib.contextmanager
def _own_heap() -> Iterator[None]:
    # The collector stays on, but it does not walk what the rest of the bench left behind.
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def log(count: int) -> list[tuple[Content | Heartbeat, Said]]:
    """Return *count* statements, the same at every call."""
    return list(_log(count))


def fold_all(statements: list[tuple[Content | Heartbeat, Said]]) -> State:
    """Fold what :func:`log` made, and return the state.

    Raises:
        RuntimeError: A statement was refused: the measurement would be of something else.
    """
    state = begin(_PARTIES, _LANGUAGES)
    for content, said in statements:
        if isinstance(content, Heartbeat):
            state = fold.heard(state, content, said)
            continue
        state, outcome = fold.apply(state, content, said)
        if outcome.status != "applied":
            raise RuntimeError(f"expected everything to be applied, got {outcome}")
    return state


def _header(role: str = "desk_officer") -> ContentHeader:
    return ContentHeader.plain(negotiation=_TALKS, dated=1_444_000_000_000, acting_role=role)


class _Talkers:
    # Two sides that always say something that fits what was said before.
    def __init__(self) -> None:
        self.chance = random.Random(7)
        self.state: State = begin(_PARTIES, _LANGUAGES)
        self.dispatched = dict.fromkeys(_PARTIES, 0)
        self.answerable: list[tuple[bytes, str]] = []
        self.said: list[tuple[bytes, str]] = []
        self.head, self.text = ZERO, Text((), (), Ids())

    def opening(self) -> Content:
        return NegotiationOpened(
            header=_header(),
            titles=to_wordings({"en": "A text", "ru": "Текст"}),
            instrument="mou",
            legal_character="non_binding",
            prevailing="",
            marking=Marking(banner=(), classification="", releasable_to=_PARTIES),
        )

    def base(self) -> Content:
        clauses = tuple(
            Clause(
                cid=f"c-{number}",
                role="operative",
                texts=to_wordings({"en": f"Words of {number}.", "ru": f"Слова {number}."}),
                headings=(),
                handling="",
            )
            for number in range(CLAUSES)
        )
        self.text = texts.from_clauses(clauses, _LANGUAGES)
        return self._version(clauses=clauses)

    def _version(self, **fields: object) -> Content:
        made: dict[str, Any] = {
            "header": _header(),
            "version_kind": "proposals",
            "author": "USA",
            "round": 0,
            "language_status": (),
            "parents": (),
            "clauses": (),
            "operations": (),
            "digests": to_digests(texts.digests(self.text)),
            "structure": texts.structure_digest(self.text),
            "checks": texts.checks(self.text),
            **fields,
        }
        return VersionTabled(**made)

    def version(self) -> Content:
        number = self.chance.randrange(CLAUSES)
        words = {"en": f"New {self.chance.random()}.", "ru": f"Новое {self.chance.random()}."}
        change = Replace(cid=f"c-{number}", texts=to_wordings(words), notes=NO_NOTES)
        self.text = texts.apply(self.text, [change])
        return self._version(parents=(self.head,), operations=(change,))

    def comment(self) -> Content:
        return CommentMade(
            header=_header(),
            comment_kind="question",
            anchor=NO_ANCHOR,
            body="Why?",
            in_reply_to=ZERO,
            resolves=ZERO,
            resolved_by=(),
        )

    def receipt(self, party: str) -> Content:
        others = [statement for statement, by in self.said[-64:] if by != party]
        subjects = tuple(sorted(others[-4:]))
        if not subjects:
            return self.comment()
        return AcknowledgementGiven(
            header=_header(), subjects=subjects, rung="displayed", outcome="ok", reason=""
        )

    def dispatch(self, party: str) -> Content:
        self.dispatched[party] += 1
        return DispatchSent(
            header=_header(),
            number=self.dispatched[party],
            author=party,
            dispatch_kind="letter",
            carries=(),
            in_reply_to=ZERO,
            breaks_silence=(),
            body="",
        )

    def position(self) -> Content:
        cid = f"c-{self.chance.randrange(CLAUSES)}"
        return PositionTaken(
            header=_header(),
            version=self.head,
            entries=(ClausePosition(cid=cid, value="ad_referendum"),),
            others="",
            note="",
        )

    def proposal(self) -> Content:
        return ProposalMade(
            header=_header(),
            clause=f"c-{self.chance.randrange(CLAUSES)}",
            version=self.head,
            titles=to_wordings({"en": "Another word"}),
            rationale=(),
            operations=(),
        )

    def answer(self, party: str) -> Content:
        for place, (statement, by) in enumerate(self.answerable):
            if by != party:
                del self.answerable[place]
                return ProposalAnswered(
                    header=_header(),
                    proposal=statement,
                    to="reserved",
                    note="",
                    version=ZERO,
                    operations=(),
                    wording=ZERO,
                )
        return self.comment()


def _log(count: int) -> Iterator[tuple[Content | Heartbeat, Said]]:
    talkers = _Talkers()
    kinds = [kind for kind, share in _OF_A_HUNDRED.items() for _ in range(share)]
    for index in itertools.count():
        if index == count:
            return
        party = _PARTIES[index % 2]
        kind = talkers.chance.choice(kinds) if index > 1 else ("opening", "base")[index]
        if kind in {"opening", "base", "version"}:
            party = "USA"
        content = _say(talkers, kind, party, index)
        statement = hashlib.sha256(index.to_bytes(8, "big")).digest()
        role = "bot" if isinstance(content, Heartbeat) else "desk_officer"
        said = Said(statement, index, party, role, log_time=1_444_000_000_000, seen_size=index)
        if isinstance(content, VersionTabled):
            talkers.head = statement
        if isinstance(content, ProposalMade):
            talkers.answerable.append((statement, party))
        if isinstance(content, CommentMade | DispatchSent):
            talkers.said.append((statement, party))
        yield content, said


def _say(talkers: _Talkers, kind: str, party: str, index: int) -> Content | Heartbeat:
    if kind == "heartbeat":
        return Heartbeat(dated=1_444_000_000_000, verified=index, held=index)
    say = getattr(talkers, kind)
    said: Content = say(party) if kind in {"receipt", "dispatch", "answer"} else say()
    return said


def lines(found: dict[str, float]) -> list[str]:
    """Return the figures for people."""
    small, large = SIZES
    return [
        f"fold of {small:,} statements: {found[str(small)]:.3f} s",
        f"fold of {large:,} statements: {found[str(large)]:.3f} s (limit {MOST_S:g} s)",
        f"ten times the statements: {found['growth']:.1f} times the time (limit {MOST_GROWTH:g})",
    ]


if __name__ == "__main__":
    print("\n".join(lines(folding())))
