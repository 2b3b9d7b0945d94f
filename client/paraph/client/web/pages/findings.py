"""Findings of people and of the machine: what bars the conclusion; made, settled, looked over."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from paraph.client.negotiating import scrutiny
from paraph.client.negotiating.scrutiny import FindingRow
from paraph.client.negotiating.sheet import findings_of
from paraph.client.web import asked, clauses, language, saying, texts
from paraph.client.web.office import Room
from paraph.client.web.posted import Posted
from paraph.client.web.rendering import page
from paraph.protocol.names import ZERO
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.exchanges import MOST_BODY
from paraph.protocol.statements.scrutiny import HARMLESS, MENDED, WITHDRAWN

KINDS: Final = ("nuance", "legal", "translation", "terminology", "drafting")
"""What is wrong, in a word; another may be typed."""
MOST_KIND: Final = 64
MOST_VERSIONS: Final = 50


async def overview(request: web.Request) -> web.Response:
    """Show what people found, and what a machine finds in the newest text."""
    room = asked.room(request)
    head = texts.head(room)
    every = list(scrutiny.findings(room.talks))
    shown = request.query.get("show", "open")
    rows = [each for each in every if shown == "all" or each.finding.is_open]
    machine = findings_of(room.state, room.talks, head) if head is not None else {}
    order = [part.cid for part in head.text.parts] if head is not None else []
    return page(
        request,
        "findings.html",
        room,
        rows=rows,
        shown=shown,
        counts={"open": sum(each.finding.is_open for each in every), "all": len(every)},
        head=head,
        machine=[(cid, machine[cid]) for cid in order if machine.get(cid)],
        labels=_labels(request, room),
        named=_version_names(room, rows),
        may=saying.may(room, "finding"),
    )


def _labels(request: web.Request, room: Room) -> dict[str, str]:
    head = texts.head(room)
    return clauses.labels(head.text, language.chosen(request)) if head is not None else {}


def _version_names(room: Room, rows: list[FindingRow]) -> dict[bytes, str]:
    wanted = {each.finding.content.version for each in rows}
    wanted |= {version for each in rows for version in each.mended_in}
    wanted |= {said.version for each in rows for said in each.finding.said.values()}
    return {
        each: clauses.name(room.talks, version)
        for each in wanted
        if (version := room.talks.versions.get(each)) is not None
    }


# ------------------------------------------------------------------ a new one


async def begin(request: web.Request) -> web.Response:
    """Show the form of a new finding; a link may have filled in clause and kind."""
    names = ("clause", "kind")
    given = {each: request.query.get(each, "") for each in names}
    form = Posted.empty(**{**given, "kind": given["kind"] or KINDS[0]})
    return _new(request, asked.room(request), form, 200)


def _new(request: web.Request, room: Room, form: Posted, status: int) -> web.Response:
    return page(
        request,
        "finding-new.html",
        room,
        status=status,
        form=form,
        version=texts.chosen(room, request.query.get("v", "")),
        clauses=list(_labels(request, room).items()),
        kinds=KINDS,
    )


async def make(request: web.Request) -> web.Response:
    """Say what is to be mended before the text is concluded."""
    room = asked.room(request)
    form = await Posted.read(request)
    version = texts.chosen(room, request.query.get("v", ""))
    if version is None:
        raise web.HTTPNotFound
    kind = form.words("kind", most=MOST_KIND)
    detail = form.words("detail", most=MOST_BODY)

    def found() -> Content:
        cid = form.values.get("clause", "")
        return scrutiny.found(saying.header(room, form), version.statement, cid, kind, detail)

    return await saying.say(
        request,
        room,
        form,
        found,
        again=lambda status: _new(request, room, form, status),
        back=f"{room.path}/findings",
    )


# ------------------------------------------------------------------ one


def _find(request: web.Request, room: Room) -> FindingRow:
    wanted = request.match_info["finding"]
    for row in scrutiny.findings(room.talks):
        if f"F-{row.finding.number}" == wanted:
            return row
    raise web.HTTPNotFound


def _ways(room: Room, row: FindingRow) -> list[str]:
    # What our side may say has become of it.
    def fits(how: str) -> bool:
        version = room.talks.heads[-1] if how == MENDED and room.talks.heads else ZERO
        return not saying.refusal(
            room,
            lambda: scrutiny.settled(saying.plain(room), row.finding.statement, how, version),
        )

    return [how for how in (MENDED, HARMLESS, WITHDRAWN) if fits(how)]


async def show(request: web.Request) -> web.Response:
    """Show one finding, what each side said of it, and what we may say."""
    room = asked.room(request)
    row = _find(request, room)
    mended = row.mended_in[-1] if row.mended_in else (room.talks.heads or (ZERO,))[-1]
    return _show(request, room, row, Posted.empty(version=mended.hex()), 200)


def _show(
    request: web.Request, room: Room, row: FindingRow, form: Posted, status: int
) -> web.Response:
    content = row.finding.content
    version = room.talks.versions.get(content.version)
    return page(
        request,
        "finding.html",
        room,
        status=status,
        form=form,
        row=row,
        finding=row.finding,
        part=version.text.find(content.cid) if version is not None and content.cid else None,
        named=_version_names(room, [row]),
        label=_labels(request, room).get(content.cid, content.cid),
        ways=_ways(room, row) if row.finding.is_open else [],
        versions=[
            (each.statement.hex(), clauses.name(room.talks, each))
            for each in texts.every(room)[:MOST_VERSIONS]
        ],
    )


async def settle(request: web.Request) -> web.Response:
    """Say what has become of a finding."""
    room = asked.room(request)
    row = _find(request, room)
    form = await Posted.read(request)
    how = form.choice("how", (MENDED, HARMLESS, WITHDRAWN))
    note = form.words("note", most=MOST_BODY, needed=False)
    known = {each.statement.hex(): each.statement for each in texts.every(room)}
    named = form.choice("version", known) if how == MENDED else ""

    def settled() -> Content:
        version = known[named] if named else ZERO
        header = saying.header(room, form)
        return scrutiny.settled(header, row.finding.statement, how, version, note)

    return await saying.say(
        request,
        room,
        form,
        settled,
        again=lambda status: _show(request, room, row, form, status),
        back=f"{room.path}/findings",
    )


_FINDING: Final = "/n/{negotiation}/findings/{finding:F-[0-9]+}"
ROUTES: Final = (
    web.get("/n/{negotiation}/findings", overview),
    web.get("/n/{negotiation}/findings/new", begin),
    web.post("/n/{negotiation}/findings/new", make),
    web.get(_FINDING, show),
    web.post(_FINDING, settle),
)
