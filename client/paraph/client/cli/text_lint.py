"""`paraph text ledger | lint`: what is still in brackets, what a machine finds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from paraph.client.cli.at_desk import View, look, looking
from paraph.client.cli.context import Seat, example, run, seated
from paraph.client.cli.example_file import example_option
from paraph.client.cli.output import emit, table
from paraph.client.cli.text import about, head_lines, text

if TYPE_CHECKING:
    from paraph.client.channel.desk import Desk
    from paraph.client.negotiating.linting import Report
    from paraph.protocol.negotiation.ledger import Count, Row
    from paraph.protocol.negotiation.lint import Finding
    from paraph.protocol.negotiation.state import Negotiation, Version

_LEDGER: Final = ("clause", "no.", "language", "holder", "since", "set", "words")
_TREND: Final = ("version", "entry", "kind", "brackets", "placeholders", "held by")
_LINT: Final = ("clause", "no.", "check", "what")


# ------------------------------------------------------------------ ledger


@text.command(epilog=example("paraph text ledger", "paraph text ledger 14 --json"))
@click.argument("ref", metavar="[REF]", required=False, default="")
@looking
@seated
def ledger(seat: Seat, *, ref: str, view: View) -> None:
    """Show what is still in brackets, who holds each, and since which version.

    Rows of one set are alternatives for one place. Below stands what was left in each version.
    """
    from paraph.client.negotiating.reading import version_named
    from paraph.protocol.negotiation import ledger as ledgers

    async def work() -> None:
        async with look(seat, view) as (desk, wanted):
            talks, version = version_named(desk, ref, wanted)
            rows = ledgers.ledger(desk.state, talks, version)
            trend = ledgers.trend(desk.state, talks, version)
            numbers = version.text.numbers()
            emit(
                seat.as_json,
                {
                    **about(talks, version),
                    "rows": [_row_value(row, numbers) for row in rows],
                    "trend": [_count_value(each) for each in trend],
                },
                _ledger_lines(desk, talks, version, rows, trend),
            )

    run(work())


def _holder(holder: str) -> str:
    from paraph.protocol.negotiation import marks

    return {marks.UNATTRIBUTED: "unattributed", marks.PLACEHOLDER: "placeholder"}.get(
        holder, holder
    )


def _row_value(row: Row, numbers: Mapping[str, str]) -> dict[str, object]:
    return {
        "cid": row.cid,
        "number": numbers[row.cid] or None,
        "language": row.language,
        "holder": _holder(row.holder),
        "words": row.words,
        "since": {"version": row.since.number, "index": row.since.index},
        "alternatives": row.alternatives or None,
        "depth": row.depth,
    }


def _count_value(each: Count) -> dict[str, object]:
    return {
        "version": each.version.number,
        "index": each.version.index,
        "kind": each.version.content.version_kind,
        "brackets": dict(each.brackets),
        "placeholders": dict(each.placeholders),
        "held_by": {
            language: {_holder(holder): count for holder, count in sorted(held.items())}
            for language, held in each.held_by.items()
        },
    }


def _ledger_lines(
    desk: Desk, talks: Negotiation, version: Version, rows: Sequence[Row], trend: Sequence[Count]
) -> Iterator[str]:
    yield from head_lines(desk, talks, version)
    yield ""
    numbers = version.text.numbers()
    if rows:
        yield from table(
            _LEDGER,
            [
                (
                    row.cid,
                    numbers[row.cid],
                    row.language,
                    "  " * row.depth + _holder(row.holder),
                    f"version {row.since.number}",
                    str(row.alternatives or ""),
                    row.words,
                )
                for row in rows
            ],
        )
    else:
        yield "no bracket and no placeholder is left"
    yield ""
    yield from table(
        _TREND,
        [
            (
                str(each.version.number),
                f"#{each.version.index}",
                each.version.content.version_kind,
                _counts(each.brackets),
                _counts(each.placeholders),
                _held(each),
            )
            for each in trend
        ],
    )


def _counts(by_language: Mapping[str, int]) -> str:
    # One number, or all of them where the languages differ.
    values = list(by_language.values())
    return "/".join(map(str, values if len(set(values)) > 1 else values[:1]))


def _held(each: Count) -> str:
    held = max(each.held_by.values(), key=lambda one: sum(one.values()))
    return ", ".join(f"{_holder(holder)} {count}" for holder, count in sorted(held.items()))


# ------------------------------------------------------------------ lint


def _example() -> str:
    from paraph.client.negotiating.linting import EXAMPLE

    return EXAMPLE


@text.command(epilog=example("paraph text lint", "paraph text lint --file draft.yaml"))
@click.argument("ref", metavar="[REF]", required=False, default="")
@click.option(
    "--file", "path", type=click.Path(path_type=Path), help="A draft that was not sent yet."
)
@example_option(_example, "Print word lists of your own to begin with, and end.")
@looking
@seated
def lint(
    seat: Seat,
    *,
    ref: str,
    path: Path | None,
    view: View,
) -> None:
    """Show what a machine finds: what the languages disagree on, and wording that does not fit.

    A finding bars initialling, a note does not. Word lists of your own stand in lint.yaml of the
    home: what they find is told to you alone.
    """
    from paraph.client.negotiating import linting
    from paraph.client.negotiating.reading import version_named

    async def work() -> None:
        own = linting.own_lists(seat.home.path)
        async with look(seat, view) as (desk, wanted):
            value: dict[str, object] = {}
            head: list[str] = ["EXERCISE"] if desk.is_exercise else []
            if path is not None:
                shown, to = linting.text_of_file(desk, path, wanted)
                value["file"] = str(path)
            else:
                talks, version = version_named(desk, ref, wanted)
                shown, to = version.text, linting.against(desk, talks)
                value = about(talks, version)
                head = list(head_lines(desk, talks, version))
            report = linting.report(shown, to, own)
            emit(
                seat.as_json,
                {
                    **value,
                    "findings": [linting.as_json(each) for each in report.findings],
                    "notes": [linting.as_json(each) for each in report.notes],
                    "own": [linting.as_json(each) for each in report.own],
                },
                [*head, *_lint_lines(report, shown.numbers())],
            )

    run(work())


def _lint_lines(report: Report, numbers: Mapping[str, str]) -> Iterator[str]:
    yield f"{len(report.findings)} findings, {len(report.notes)} notes"
    for title, found in (
        ("findings: bar initialling", report.findings),
        ("notes", report.notes),
        ("by your own word lists", report.own),
    ):
        if found:
            yield ""
            yield title
            yield from table(_LINT, [_finding_row(each, numbers) for each in found])


def _finding_row(finding: Finding, numbers: Mapping[str, str]) -> tuple[str, ...]:
    from paraph.client.negotiating.linting import line_of

    return (finding.cid, numbers[finding.cid], finding.check, line_of(finding))
