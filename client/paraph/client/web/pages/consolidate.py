"""Two newest versions of one text: what differs, and making one of them, clause by clause.

Of the main text that gives a draft, which is looked over and sent like any other; a side document
has none, so its joined text is handed at once to the page of what leaves.
"""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from paraph.client.negotiating import bilingual, consolidating, rebasing
from paraph.client.negotiating import side_documents as making
from paraph.client.negotiating.consolidating import Fork
from paraph.client.negotiating.rebasing import Choice
from paraph.client.web import asked, clauses, draft_view, language, saying
from paraph.client.web.office import Room
from paraph.client.web.posted import Posted
from paraph.client.web.rendering import page
from paraph.protocol.negotiation.state import SideDocument, Version


def _fork(room: Room, heads: Sequence[Version], first: str, second: str) -> Fork:
    named = {str(each.index): each for each in heads}
    one = named.get(first, heads[0])
    others = [each for each in heads if each != one]
    return consolidating.fork(room.talks, one, named.get(second, others[0]))


def _choices(form: Posted) -> dict[str, Choice]:
    return {
        name.removeprefix("choice-"): choice
        for name, value in form.values.items()
        for choice in rebasing.CHOICES
        if name.startswith("choice-") and value == choice
    }


def _page(
    request: web.Request, room: Room, found: Fork, form: Posted, status: int, **context: object
) -> web.Response:
    return page(
        request,
        "consolidate.html",
        room,
        status=status,
        fork=found,
        found=found.crossing,
        form=form,
        texts=sorted(room.state.languages),
        labels={
            **clauses.labels(found.second.text, language.chosen(request)),
            **clauses.labels(found.first.text, language.chosen(request)),
        },
        name={
            each.statement: clauses.name(room.talks, each) for each in (found.first, found.second)
        },
        **context,
    )


def _unchosen(form: Posted, found: Fork) -> None:
    chosen = _choices(form)
    for each in found.crossing.collisions:
        if each.row.cid not in chosen:
            form.fault(f"choice-{each.row.cid}", "Please choose one.")


# ------------------------------------------------------------------ the main text


async def compare(request: web.Request) -> web.Response:
    """Show what two newest versions of the text differ by, and ask where both changed it."""
    room = asked.room(request)
    heads = consolidating.newest(room.talks, room.talks.heads)
    query = request.query
    found = _fork(room, heads, query.get("first", ""), query.get("second", ""))
    return _compare(request, room, heads, found, Posted.empty(), 200)


def _compare(
    request: web.Request,
    room: Room,
    heads: Sequence[Version],
    found: Fork,
    form: Posted,
    status: int,
) -> web.Response:
    return _page(
        request, room, found, form, status,
        heads=heads, here=f"{room.path}/consolidate", back=f"{room.path}/drafts", document=None,
    )  # fmt: skip


async def begin(request: web.Request) -> web.Response:
    """Begin the draft that joins them."""
    room = asked.room(request)
    form = await Posted.read(request)
    heads = consolidating.newest(room.talks, room.talks.heads)
    found = _fork(room, heads, form.values.get("first", ""), form.values.get("second", ""))
    _unchosen(form, found)
    if form.faults:
        return _compare(request, room, heads, found, form, 400)
    made = consolidating.consolidated(room.state, room.talks, found, _choices(form))
    text = bilingual.write(made, sorted(room.state.languages), ())
    number = draft_view.folder(request).save(text)[0]
    raise web.HTTPSeeOther(f"{room.path}/drafts/{number}")


# ------------------------------------------------------------------ a side document


def _document(request: web.Request, room: Room) -> SideDocument:
    wanted = request.match_info["document"]
    for row in making.rows(room.desk, room.talks):
        if f"SD-{row.document.number}" == wanted:
            return row.document
    raise web.HTTPNotFound


async def compare_document(request: web.Request) -> web.Response:
    """Show what two newest versions of a side document differ by."""
    room = asked.room(request)
    document = _document(request, room)
    heads = consolidating.newest(room.talks, document.heads)
    query = request.query
    found = _fork(room, heads, query.get("first", ""), query.get("second", ""))
    return _of_document(request, room, document, heads, found, Posted.empty(), 200)


def _of_document(
    request: web.Request,
    room: Room,
    document: SideDocument,
    heads: Sequence[Version],
    found: Fork,
    form: Posted,
    status: int,
) -> web.Response:
    back = f"{room.path}/side-documents/SD-{document.number}"
    return _page(
        request, room, found, form, status,
        heads=heads, here=f"{back}/join", back=back, document=document,
    )  # fmt: skip


async def join(request: web.Request) -> web.Response:
    """Hand the joined text of a side document to the page that shows what leaves."""
    room = asked.room(request)
    document = _document(request, room)
    form = await Posted.read(request)
    heads = consolidating.newest(room.talks, document.heads)
    found = _fork(room, heads, form.values.get("first", ""), form.values.get("second", ""))
    _unchosen(form, found)
    return await saying.say(
        request,
        room,
        form,
        lambda: making.joined(
            room.desk, saying.header(room, form), document, found, _choices(form)
        ),
        again=lambda status: _of_document(request, room, document, heads, found, form, status),
        back=f"{room.path}/side-documents/SD-{document.number}",
    )


ROUTES = (
    web.get("/n/{negotiation}/consolidate", compare),
    web.post("/n/{negotiation}/consolidate", begin),
    web.get("/n/{negotiation}/side-documents/{document}/join", compare_document),
    web.post("/n/{negotiation}/side-documents/{document}/join", join),
)
