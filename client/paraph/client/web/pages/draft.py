"""One draft in an editor: saved while it is written, clause by clause; nothing leaves from here."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from paraph.client.negotiating import bilingual, drafting, editing
from paraph.client.negotiating.bilingual import DraftFile
from paraph.client.negotiating.draft_rows import Row
from paraph.client.negotiating.editing import Written
from paraph.client.web import asked, draft_view, language, paging, rendering, spoken
from paraph.client.web.draft_view import Sheet, Shown
from paraph.client.web.keymap import KEYS
from paraph.client.web.office import Room
from paraph.client.web.posted import Posted
from paraph.client.web.rendering import page
from paraph.protocol.errors import InputError, ParaphError
from paraph.protocol.negotiation.text import Text
from paraph.protocol.statements.versions import ROLES_OF_CLAUSES

MOST_WHY: Final = 64
"""Characters that name a proposal or a finding."""
KEEP: Final = "keep"
"""What a form does that no button was pressed in: save, and nothing else."""


async def editor(request: web.Request) -> web.Response:
    """Show a draft."""
    return _editor(request, asked.room(request))


@dataclasses.dataclass(frozen=True, slots=True)
class _Again:
    # What was typed and not taken, to be shown again at its clause.
    cid: str
    typed: Mapping[str, str]
    seen: Mapping[str, str]
    conflicts: Mapping[str, str]
    fault: str = ""


def _editor(
    request: web.Request, room: Room, again: _Again | None = None, status: int = 200
) -> web.Response:
    draft = draft_view.read(request, room)
    opened = _opened(request)
    if again is not None and again.cid not in opened:
        opened = (*opened, again.cid)
    sheet = Sheet(asked.office(request), room, draft, language.chosen(request))
    pages = sheet.pages()
    number = _number(request, pages, again.cid if again is not None else "")
    rows = pages[number - 1]
    return page(
        request,
        "draft.html",
        room,
        status=status,
        draft=draft,
        shown=[_typed(each, again) for each in sheet.shown(rows, opened)],
        standing=tuple(sheet.standing()),
        counts=_counts(sheet.rows),
        opened=opened,
        number=number,
        pages=[_called(each) for each in pages],
        fault=again.fault if again is not None else "",
        texts=sheet.languages,
        roles=ROLES_OF_CLAUSES,
        may_undo=draft_view.folder(request).may_undo(draft.kept.number),
        keys=KEYS,
        documents=[f"SD-{each.number}" for _, each in room.talks.side_documents.items()],
        others=room.desk.others,
        query=_query(opened, rows[0].entry.part.cid if rows and len(pages) > 1 else ""),
        openings=urlencode([("open", each) for each in opened]),
    )


def _number(request: web.Request, pages: Sequence[Sequence[Row]], cid: str) -> int:
    # The page of the clause that this is about: the one asked for, or the last that was opened.
    if not cid and "page" in request.query:
        return paging.number_in(request, "page", len(pages))
    wanted = (cid, request.query.get("at", ""), *reversed(_opened(request)))
    at = {row.entry.part.cid: number for number, rows in enumerate(pages, 1) for row in rows}
    return next((at[each] for each in wanted if each in at), 1)


def _called(rows: Sequence[Row]) -> str:
    # By the numbers of its first and last clause, as people ask for them.
    numbers = [each.number for each in rows if each.number]
    return f"{numbers[0]}–{numbers[-1]}" if numbers else ""


def _query(opened: Sequence[str], at: str) -> str:
    # What an address says of the page: the clauses that are open, and one that is on it.
    return urlencode([("open", each) for each in opened] + ([("at", at)] if at else []))


def _opened(request: web.Request) -> tuple[str, ...]:
    wanted = dict.fromkeys(each for each in request.query.getall("open", []) if each)
    return tuple(wanted)[-draft_view.MOST_OPEN :]


def _typed(shown: Shown, again: _Again | None) -> Shown:
    if again is None or again.cid != shown.cid or shown.row.entry.deleted:
        return shown
    return dataclasses.replace(
        shown,
        fields={**shown.fields, **again.typed},
        seen={**shown.seen, **again.seen},
        conflicts=again.conflicts,
    )


def _counts(rows: Sequence[Row]) -> dict[str, int]:
    found: dict[str, int] = {}
    for each in rows:
        if each.change != "same":
            found[each.change] = found.get(each.change, 0) + 1
        if each.is_moved:
            found["moved"] = found.get("moved", 0) + 1
    return found


# ------------------------------------------------------------------ saving


async def save(request: web.Request) -> web.Response:
    """Save the fields of a clause, then do what a button asks."""
    room, cid = asked.room(request), request.match_info["cid"]
    form = await Posted.read(request)
    written = _written(form, tuple(sorted(room.state.languages)))
    act = form.values.get("act", KEEP)
    number, languages = draft_view.number(request), tuple(room.state.languages)
    base = draft_view.glance(request, room).base
    conflicts: Mapping[str, str] = {}
    focus = cid

    def change(text: str) -> str:
        nonlocal conflicts, focus
        draft = editing.complete(drafting.parsed(text, languages), base)
        before = editing.entry_of(draft, cid)
        saved = editing.save(draft, cid, written, base)
        conflicts, made = saved.conflicts, saved.draft
        if not conflicts:
            made = _marked(made, cid, form, base)
            if form.faults:
                raise InputError(next(iter(form.faults.values())), code="draft")
            if act not in (KEEP, "close"):
                made, focus = _act(made, cid, form, base)
        if made == draft and editing.entry_of(made, cid) == before:
            return text
        return bilingual.write(made, sorted(languages))

    drafts = draft_view.folder(request)
    is_step = act not in (KEEP, "close")
    try:
        await asyncio.to_thread(drafts.change, number, change, step=is_step)
    except ParaphError as error:
        typed = {name: each.words for name, each in written.items()}
        seen = {name: each.seen for name, each in written.items()}
        if _is_autosave(request):
            return _told(request, room, cid, {}, _words(request, error))
        return _editor(request, room, _Again(cid, typed, seen, {}, _words(request, error)), 409)
    if _is_autosave(request):
        return _told(request, room, cid, conflicts, written=written)
    if conflicts:
        typed = {name: written[name].words for name in conflicts}
        seen = {name: written[name].seen for name in conflicts}
        return _editor(request, room, _Again(cid, typed, seen, conflicts), 409)
    raise web.HTTPSeeOther(_back(request, room, number, cid, focus, act))


def _words(request: web.Request, error: ParaphError) -> str:
    return spoken.refusal(language.words(request), error)


def _is_autosave(request: web.Request) -> bool:
    return request.headers.get("HX-Request") == "true"


def _written(form: Posted, languages: Sequence[str]) -> dict[str, Written]:
    found = {}
    for each in languages:
        for field in (f"heading-{each}", f"words-{each}"):
            if field in form.values:
                # To keep one's own words means to have seen those that they take the place of.
                kept = form.values.get("act") == f"mine-{field}"
                seen = form.values.get(f"{'other' if kept else 'seen'}-{field}", "")
                found[field] = Written(form.values[field], seen)
    return found


def _marked(draft: DraftFile, cid: str, form: Posted, base: Text | None) -> DraftFile:
    if "has-stale" in form.values:
        entry = editing.entry_of(draft, cid)
        stale = form.chosen("stale", entry.part.words)
        if frozenset(stale) != entry.part.stale:
            draft = editing.set_stale(draft, cid, stale)
    if "proposal" in form.values:
        entry, why = editing.entry_of(draft, cid), _why(form)
        if (entry.proposal, entry.finding, entry.result) != tuple(why.values()):
            draft = editing.set_why(draft, cid, **why)
    if "role" in form.values:
        role = form.choice("role", ROLES_OF_CLAUSES)
        handling = form.words("handling", most=64, needed=False)
        part = editing.entry_of(draft, cid).part
        if (role, handling) != (part.role, part.handling):
            draft = editing.set_about(draft, cid, role=role, handling=handling, parent=base)
    return draft


def _why(form: Posted) -> dict[str, str]:
    names = ("proposal", "finding", "result")
    return {name: form.words(name, most=MOST_WHY, needed=False) for name in names}


def _act(draft: DraftFile, cid: str, form: Posted, base: Text | None) -> tuple[DraftFile, str]:
    act = form.values["act"]
    languages = sorted(editing.entry_of(draft, cid).part.words)
    simple: dict[str, Callable[[], DraftFile]] = {
        "remove": lambda: editing.remove(draft, cid, base),
        "up": lambda: editing.move(draft, cid, -1),
        "down": lambda: editing.move(draft, cid, 1),
        "after": lambda: editing.move_after(draft, cid, form.values.get("after", "").strip()),
    }
    if act in simple:
        return simple[act](), cid
    if act == "insert":
        return editing.insert_after(draft, cid, base, languages)
    if act == "split":
        cuts = {each: int(at) for each in languages if (at := _place(form, each))}
        return editing.split(draft, cid, cuts, base)
    if act == "merge":
        return editing.merge_next(draft, cid, base)
    if act == "recast" and base is not None:
        return editing.recast(draft, cid, base)
    if act == "as-before" and base is not None:
        return editing.as_before(draft, cid, base), cid
    return draft, cid


def _place(form: Posted, tongue: str) -> str:
    found = form.values.get(f"cut-{tongue}", "")
    return found if found.isascii() and found.isdigit() and len(found) < 9 else ""


def _back(request: web.Request, room: Room, number: int, cid: str, focus: str, act: str) -> str:
    closes = {cid} if act in ("close", "remove") else set()
    opened = [each for each in _opened(request) if each not in closes]
    if focus not in (*opened, *closes):
        opened.append(focus)
    return f"{room.path}/drafts/{number}?{_query(opened, focus)}#clause-{focus}"


def _told(
    request: web.Request,
    room: Room,
    cid: str,
    conflicts: Mapping[str, str],
    fault: str = "",
    written: Mapping[str, Written] | None = None,
) -> web.Response:
    # What an autosave changes in the page: never the words under somebody's hands.
    draft = draft_view.glance(request, room)
    sheet = Sheet(asked.office(request), room, draft, language.chosen(request))
    shown = sheet.one(cid)
    mine = {field: each.words for field, each in (written or {}).items()}
    now = shown.fields if shown is not None else {}
    text = rendering.text(
        request,
        "parts/draft_saved.html",
        room,
        each=dataclasses.replace(shown, conflicts=conflicts) if shown is not None else None,
        cid=cid,
        draft=draft,
        texts=sheet.languages,
        fault=fault,
        # Only of words that stand in that window too: what another window wrote was not seen here.
        same=[field for field, words in mine.items() if now.get(field) == words],
        newer=[
            field
            for field, words in mine.items()
            if field not in conflicts and now.get(field) != words
        ],
    )
    headers = {} if fault else {"Paraph-Saved": "1"}
    return web.Response(text=text, content_type="text/html", headers=headers)


# ------------------------------------------------------------------ the whole draft


async def restore(request: web.Request) -> web.Response:
    """Put a deleted clause back."""
    room, number = asked.room(request), draft_view.number(request)
    form = await Posted.read(request)
    cid = form.words("cid", most=64)
    base, languages = draft_view.glance(request, room).base, tuple(room.state.languages)
    if base is None:
        raise InputError("a whole text has no version that it was made on", code="draft")

    def change(text: str) -> str:
        draft = editing.complete(drafting.parsed(text, languages), base)
        return bilingual.write(editing.restore(draft, cid, base), sorted(languages))

    await asyncio.to_thread(draft_view.folder(request).change, number, change, step=True)
    raise web.HTTPSeeOther(_back(request, room, number, cid, cid, KEEP))


async def explain(request: web.Request) -> web.Response:
    """Say of a deleted clause which side document takes it up, and why it leaves."""
    room, number = asked.room(request), draft_view.number(request)
    form = await Posted.read(request)
    cid = form.words("cid", most=64)
    to, why = form.words("to", most=MOST_WHY, needed=False), _why(form)
    if form.faults:
        raise InputError(next(iter(form.faults.values())), code="draft")
    base, languages = draft_view.glance(request, room).base, tuple(room.state.languages)

    def change(text: str) -> str:
        draft = editing.complete(drafting.parsed(text, languages), base)
        return bilingual.write(editing.set_gone(draft, cid, to=to, **why), sorted(languages))

    await asyncio.to_thread(draft_view.folder(request).change, number, change, step=True)
    raise web.HTTPSeeOther(_back(request, room, number, cid, cid, "remove"))


async def undo(request: web.Request) -> web.Response:
    """Undo the last step."""
    room, number = asked.room(request), draft_view.number(request)
    await asyncio.to_thread(draft_view.folder(request).undo, number)
    query = _query(_opened(request), request.query.get("at", ""))
    raise web.HTTPSeeOther(f"{room.path}/drafts/{number}?{query}")


ROUTES: Final = (
    web.get("/n/{negotiation}/drafts/{number}", editor),
    web.post("/n/{negotiation}/drafts/{number}/clause/{cid}", save),
    web.post("/n/{negotiation}/drafts/{number}/restore", restore),
    web.post("/n/{negotiation}/drafts/{number}/deleted", explain),
    web.post("/n/{negotiation}/drafts/{number}/undo", undo),
)
