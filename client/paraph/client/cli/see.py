"""`paraph inbox`, `show`, `log`, `sync`: looking on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, TypeVar

import click

from paraph.client.cli.at_desk import at_desk, desk_options
from paraph.client.cli.closed import hint_grant
from paraph.client.cli.context import Seat, example, run, seated
from paraph.client.cli.output import Tick, emit, mark_channel, progress, say, table
from paraph.client.clock import when
from paraph.client.reading.visible import one_line

if TYPE_CHECKING:
    from paraph.client.channel.desk import Desk
    from paraph.client.channel.views import LogRow, Shown

T = TypeVar("T")

_COLUMNS = ("entry", "time", "who", "type", "state", "what")
_MOST_WHAT = 100
_MINUTE_MS = 60_000


def _offline(command: Callable[..., T]) -> Callable[..., T]:
    return click.option("--offline", is_flag=True, help="Do not ask the relay for what is new.")(
        command
    )


def _row(row: LogRow) -> tuple[str, ...]:
    return (
        f"#{row.index}" if row.index >= 0 else "-",
        when(row.dated or row.sent_at),
        f"{row.party} {row.role}",
        row.type,
        row.state + (f" (not applied: {row.refused})" if row.refused else ""),
        row.summary[:_MOST_WHAT],
    )


def _value(row: LogRow) -> dict[str, object]:
    return {
        "index": row.index if row.index >= 0 else None,
        "id": row.id,
        "sent_at": when(row.sent_at),
        "dated": when(row.dated) or None,
        "party": row.party,
        "role": row.role,
        "type": row.type,
        "state": row.state,
        "precedence": row.precedence,
        "refused": row.refused or None,
        "why": row.why or None,
        "summary": row.summary,
    }


def _print_rows(seat: Seat, desk: Desk, name: str, rows: Iterable[LogRow], synced: bool) -> None:
    found = list(rows)
    head = desk.replica.head
    emit(
        seat.as_json,
        {
            "size": head.size,
            "root": head.root,
            "synced": synced,
            name: [_value(row) for row in found],
        },
        table(_COLUMNS, [_row(row) for row in found]),
    )


@click.command(epilog=example("paraph inbox", "paraph inbox --all --json"))
@click.option("--all", "everything", is_flag=True, help="Also what was acknowledged.")
@_offline
@desk_options
@seated
def inbox(seat: Seat, *, everything: bool, offline: bool, name: str, role: str | None) -> None:
    """Show what the other side said and nobody here has acknowledged in person yet."""
    from paraph.client.channel import views

    async def work() -> None:
        async with at_desk(seat, name, role, offline=offline) as (desk, synced):
            rows = views.inbox(desk, everything=everything)
            _print_rows(seat, desk, "waiting", rows, synced)

    run(work())


@click.command(epilog=example("paraph log", "paraph log --from 20 --json"))
@click.option("--from", "start", default=0, help="First entry shown.")
@_offline
@desk_options
@seated
def log(seat: Seat, *, start: int, offline: bool, name: str, role: str | None) -> None:
    """Show every entry of a channel's log: index, time, who, type, state.

    States: queued (in the outbox), logged (its place is proven), held (the other side's machine
    holds its body), then what a receipt says: fetched, displayed, in_charge, understood, answered.
    Of held-back nothing is shown before somebody accepts its key: paraph party accept.
    """
    from paraph.client.channel import views

    async def work() -> None:
        async with at_desk(seat, name, role, offline=offline) as (desk, synced):
            _print_rows(seat, desk, "entries", views.log(desk, start), synced)

    run(work())


@click.command(epilog=example("paraph show 14", "paraph show 14 --lang ru"))
@click.argument("ref", metavar="REF")
@click.option("--lang", default="", help="Of a version: its text in one language, as hashed.")
@_offline
@desk_options
@seated
def show(seat: Seat, *, ref: str, lang: str, offline: bool, name: str, role: str | None) -> None:
    """Show one statement: REF is an index, or the start of an id."""
    from paraph.client.channel import views
    from paraph.protocol.errors import InputError

    async def work() -> None:
        async with at_desk(seat, name, role, offline=offline) as (desk, _):
            shown = views.show(desk, ref)
            if lang and shown.version is None:
                raise InputError("expected a version for --lang", code="unknown-version")
            if lang and shown.version is not None and not seat.as_json:
                say(views.rendering(shown.version, lang))
                return
            emit(seat.as_json, _shown(shown), _lines(desk, shown))

    run(work())


def _shown(shown: Shown) -> dict[str, object]:
    version = shown.version
    return {
        **_value(shown.row),
        "statement": shown.statement.to_map() if shown.statement is not None else None,
        "content": shown.content.to_map() if shown.content is not None else None,
        "receipts": {
            code: {"rung": rung, "outcome": outcome, "reason": reason}
            for code, (rung, outcome, reason) in shown.receipts.items()
        },
        "version": None
        if version is None
        else {
            "number": version.number,
            "digests": dict(version.digests),
            "confirmed": dict(version.confirmed),
            "clauses": [
                {
                    "cid": part.cid,
                    "role": part.role,
                    "number": version.text.numbers()[part.cid],
                    "words": dict(part.words),
                    "headings": dict(part.headings),
                    "stale": sorted(part.stale),
                }
                for part in version.text.parts
            ],
        },
    }


def _lines(desk: Desk, shown: Shown) -> Iterator[str]:
    from paraph.client.channel import views

    row = shown.row
    yield f"entry      {f'#{row.index}'} {row.id.hex()}"
    yield f"type       {row.type}"
    yield f"who        {row.party} {row.role}"
    yield f"sent       {when(row.sent_at)}"
    if row.dated and abs(row.dated - row.sent_at) > _MINUTE_MS:
        yield f"dated      {when(row.dated)} (claimed)"
    yield f"state      {row.state}"
    if row.refused:
        why = f"{one_line(row.why)} " if row.why else ""
        yield f"refused    kept as said, not applied: {why}[{row.refused}]"
    for code, (rung, outcome, reason) in shown.receipts.items():
        yield f"receipt    {code}: {rung or '-'} {outcome}{f': {reason}' if reason else ''}"
    if shown.version is not None:
        yield from _version_lines(desk, shown)
    elif shown.content is not None:
        yield f"says       {views.summary(desk, shown.content)}"
    elif row.summary:
        yield f"says       {row.summary}"


def _version_lines(desk: Desk, shown: Shown) -> Iterator[str]:
    from paraph.client.channel import views

    version = shown.version
    assert version is not None
    parents = ", ".join(views.name_of(desk, each) for each in version.content.parents)
    yield f"version    {version.number}, {version.content.version_kind}"
    if parents:
        yield f"parents    {parents}"
    for code, index in version.confirmed.items():
        yield f"confirmed  {code} (#{index})"
    for language, digest in version.digests.items():
        yield f"digest {language}  {digest.hex()}"
    numbers = version.text.numbers()
    for part in version.text.parts:
        yield ""
        number = f"{numbers[part.cid]}. " if numbers[part.cid] else ""
        yield f"{number}[{part.cid}, {part.role}]"
        for language in version.text.languages:
            stale = " (stale)" if language in part.stale else ""
            yield f"  {language}{stale}  {part.words.get(language, '(no text)')}"


async def _sync_watched(desk: Desk) -> range:
    import asyncio

    async def watch(tick: Tick) -> None:
        while True:
            await desk.replica.moved()
            tick(desk.replica.size, desk.replica.log.size)

    with progress("entries verified") as tick:
        watching = asyncio.create_task(watch(tick))
        try:
            return await desk.sync()
        finally:
            watching.cancel()


@click.command(epilog=example("paraph sync"))
@desk_options
@seated
def sync(seat: Seat, *, name: str, role: str | None) -> None:
    """Fetch and verify what is new, fetch bodies, and send what waits in the outbox."""
    from paraph.client.channel import views
    from paraph.client.channel.desk import Desk

    async def work() -> None:
        folder = seat.channel(name)
        link = seat.tools.link(folder.relay)
        async with Desk.open(seat.home, seat.vault, folder, role, link, clock=seat.now) as desk:
            mark_channel(desk.channel, exercise=desk.is_exercise)
            new = await _sync_watched(desk)
            head, quorum = desk.replica.head, desk.replica.log.charter.quorum
            emit(
                seat.as_json,
                {
                    "quorum": quorum,
                    "new": len(new),
                    "size": head.size,
                    "root": head.root,
                    "held": desk.replica.held(),
                    "queued": views.waiting(desk),
                    "read": desk.reader.position,
                    "halt": desk.reader.halt.code if desk.reader.halt is not None else None,
                    "alarms": [
                        {"name": each.name, "index": each.index, "detail": each.detail}
                        for each in desk.replica.alarms()
                    ],
                },
                [
                    f"new        {len(new)} entries",
                    f"head       {head.size} {head.root.hex()[:16]}"
                    + (", not cosigned" if quorum == "none" else ""),
                    f"held       {desk.replica.held()}",
                    f"queued     {views.waiting(desk)}",
                    f"read       {desk.reader.up_to}",
                    *(
                        f"alarm      {each.name} #{each.index}: {each.detail}"
                        for each in desk.replica.alarms()
                    ),
                ],
            )
            hint_grant(desk)
            _require_bodies(desk)

    run(work())


def _require_bodies(desk: Desk) -> None:
    from paraph.protocol.errors import ForgedError

    halt = desk.reader.halt
    false = {each.index for each in desk.replica.alarms() if each.name == "body-differs"}
    if halt is not None and halt.code == "body-missing" and halt.index in false:
        raise ForgedError(
            f"the relay served a body for entry {halt.index} that has not the digest signed for it",
            code="body-differs",
            hint="nothing of it was used; paraph sync asks again; let the relay's operator explain",
        )
