"""What a desk's pages read, on a large negotiation: what each question costs, asked anew.

No mark: no relay is in it. Run by itself with ``python -m bench.reading [NAME]``; with a name that
one alone, under a profiler.

A question is asked once to warm up what a desk keeps as long as nothing new is said, and is told
as *first*; then again and again.
"""

from __future__ import annotations

import cProfile
import gc
import pstats
import sys
import time
from collections.abc import Callable, Mapping
from typing import Final

from bench.figures import median, quantile
from paraph.client.channel import views
from paraph.client.channel.desk import Desk
from paraph.client.negotiating import (
    agendas,
    conferences,
    draft_standing,
    fingerprint,
    kept_drafts,
    linting,
    positions,
    proposals,
    scrutiny,
    side_documents,
    silence,
    status,
    threads,
)
from paraph.client.negotiating.redline import redline
from paraph.client.negotiating.redline.clauses import kin_of
from paraph.client.negotiating.redline.three import three_way
from paraph.client.negotiating.redline.told import parties_of
from paraph.protocol.negotiation import gate, ledger, matrix
from paraph.protocol.negotiation.agenda import draw
from paraph.protocol.negotiation.lineage import Lineage
from paraph.protocol.negotiation.state import Negotiation, Version
from tests.support.large.homes import Large, large
from tests.support.large.stage import TALKS, Size

AGAIN: Final = 9
SLOW_MS: Final = 15.0
"""What one page may spend on one question: three such and the page's 50 ms are near."""


def questions(desk: Desk, home: Large) -> Mapping[str, Callable[[], object]]:
    """Return what is asked, by name."""
    talks = desk.negotiation(TALKS)
    state = desk.state
    by_number = {each.number: each for _, each in talks.versions.items() if _is_text(each)}
    head, first = by_number[len(by_number)], by_number[1]
    before = by_number[len(by_number) - 1]
    middle = by_number[len(by_number) // 2]
    cid = head.text.parts[len(head.text.parts) // 2].cid
    folder = kept_drafts.DraftFolder(home.home("USA").path)
    lineage = Lineage(talks.versions)
    return {
        "state of the desk": lambda: desk.state,
        "status": lambda: status.status(desk, talks),
        "fingerprint": lambda: fingerprint.fingerprint(desk),
        "bracket ledger of the head": lambda: ledger.ledger(state, talks, head),
        "trend of brackets": lambda: ledger.trend(state, talks, head),
        "matrix of positions": lambda: list(positions.rows(state, talks, head)),
        "clause states": lambda: matrix.states(state, talks, head),
        "agreed before": lambda: matrix.agreed_before(state, talks, head),
        "threads of comments": lambda: list(threads.threads(talks, head)),
        "lineage of all versions": lambda: Lineage(talks.versions),
        "history of a clause": lambda: lineage.history(head.statement, cid),
        "redline, one version": lambda: _redline(talks, before, head),
        "redline, fifty versions": lambda: _redline(talks, middle, head),
        "redline, all versions": lambda: _redline(talks, first, head),
        "whose change, all versions": lambda: parties_of(lineage, first.statement, head.statement),
        "three ways": lambda: three_way(middle.text, before.text, head.text),
        "proposals": lambda: list(proposals.rows(desk, talks)),
        "silence procedures": lambda: list(silence.rows(desk)),
        "actions": lambda: list(conferences.actions(talks, state.log_time)),
        "conferences": lambda: [
            conferences.outcomes_of(talks, each.schedule.name)
            for each in conferences.conferences(talks)
        ],
        "side documents": lambda: list(side_documents.rows(desk, talks)),
        "findings": lambda: list(scrutiny.findings(talks)),
        "terms": lambda: list(scrutiny.terms(desk, talks)),
        "lint of the head": lambda: linting.report(head.text, linting.against(desk, talks)),
        "gate before initials": lambda: gate.gate(state, talks, head),
        "agenda": lambda: draw(state, talks, head),
        "agenda as a file": lambda: agendas.draft(desk, talks, now=0),
        "kept drafts": lambda: list(draft_standing.standings(folder, state)),
        "the last hundred entries": lambda: list(views.log(desk, desk.replica.size - 100)),
        "one statement": lambda: views.show(desk, "head"),
        "inbox": lambda: list(views.inbox(desk)),
    }


def _is_text(version: Version) -> bool:
    return not any(version.document)


def _redline(talks: Negotiation, old: Version, new: Version) -> object:
    lineage = Lineage(talks.versions)
    return redline(old.text, new.text, kin_of(lineage, old.statement, new.statement))


def reading(size: Size | None = None) -> dict[str, dict[str, float]]:
    """Return milliseconds for each question: the first time, the median and p95 of more."""
    home = large(size)
    desk = home.desk("USA")
    desk.read()
    found = {name: _asked(ask) for name, ask in questions(desk, home).items()}
    desk.replica.close()
    return found


def _asked(ask: Callable[[], object]) -> dict[str, float]:
    gc.collect()
    first = _timed(ask)
    more = [_timed(ask) for _ in range(AGAIN if first < 1_000 else 2)]
    return {"first": first, "median": median(more), "p95": quantile(more, 0.95)}


def _timed(ask: Callable[[], object]) -> float:
    begun = time.perf_counter()
    ask()
    return (time.perf_counter() - begun) * 1000


def lines(found: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Return the figures for people; what is slow has a mark."""
    head = f"{'question, ms':32}{'first':>10}{'median':>10}{'p95':>10}"
    return [
        head,
        *(
            f"{name:32}{each['first']:10.1f}{each['median']:10.1f}{each['p95']:10.1f}"
            f"{'  slow' if each['p95'] > SLOW_MS else ''}"
            for name, each in found.items()
        ),
    ]


def profile(name: str) -> None:
    """Print where one question spends its time."""
    home = large()
    desk = home.desk("USA")
    desk.read()
    ask = questions(desk, home)[name]
    profiler = cProfile.Profile()
    profiler.runcall(ask)
    pstats.Stats(profiler).sort_stats("tottime").print_stats(25)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        profile(sys.argv[1])
    else:
        print("\n".join(lines(reading())))
