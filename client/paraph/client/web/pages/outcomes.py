"""What a conference comes to: composed point by point while it is held, put on record at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from aiohttp import web

from paraph.client.negotiating import agendas
from paraph.client.negotiating import conferences as making
from paraph.client.negotiating.conferences import Result
from paraph.client.web import asked, clauses, language, saying
from paraph.client.web.office import Room
from paraph.client.web.pages.conferences import find
from paraph.client.web.posted import Posted
from paraph.client.web.rendering import page
from paraph.protocol.negotiation.state import Conference
from paraph.protocol.statements.conferences import RESERVED_BY

CLAUSE: Final = "c:"
PROPOSAL: Final = "p:"
"""Begin the key of what an outcome is about; a field is ``result-`` and the key."""
ADD: Final = "add"
"""Field and verb by which a clause that is not on the agenda joins the form: most never do."""
MOST_UNDERSTOOD: Final = 20_000


def results(room: Room) -> list[str]:
    """Return the results that a button gives."""
    reserved = [f"{RESERVED_BY}{code}" for code in room.state.parties]
    return ["agreed_ad_ref", "bracketed", *reserved, "not_accepted"]


def _on_agenda(room: Room, conference: Conference) -> Iterator[tuple[str, str]]:
    # Key and name of everything that the agenda takes up, each once.
    for item in conference.schedule.agenda:
        yield from ((f"{CLAUSE}{cid}", cid) for cid in item.clauses)
        for one in item.proposals:
            name = agendas.mention_name(room.desk, room.talks, one)
            yield f"{PROPOSAL}{name}", name


def _others(room: Room, conference: Conference, known: dict[str, str]) -> Iterator[tuple[str, str]]:
    talks = room.talks
    version = talks.versions.get(conference.schedule.basis)
    if version is None and talks.heads:
        version = talks.versions.get(talks.heads[-1])
    for part in version.text.parts if version is not None else ():
        if f"{CLAUSE}{part.cid}" not in known:
            yield f"{CLAUSE}{part.cid}", part.cid


async def begin(request: web.Request) -> web.Response:
    """Show the points of the agenda, each with the outcomes that it may have."""
    room = asked.room(request)
    return _form(request, room, find(request, room), Posted.empty(), 200)


def _form(
    request: web.Request, room: Room, conference: Conference, form: Posted, status: int
) -> web.Response:
    talks = room.talks
    basis = talks.versions.get(conference.schedule.basis)
    if basis is None and talks.heads:
        basis = talks.versions.get(talks.heads[-1])
    labels = clauses.labels(basis.text, language.chosen(request)) if basis is not None else {}
    agenda = dict(_on_agenda(room, conference))
    others = list(_others(room, conference, agenda))
    taken = {key for key, _ in others if _is_taken(room, form, key)}
    return page(
        request,
        "outcomes.html",
        room,
        status=status,
        form=form,
        schedule=conference.schedule,
        agenda=list(agenda.items()),
        taken=[each for each in others if each[0] in taken],
        others=[each for each in others if each[0] not in taken],
        labels=labels,
        results=results(room),
        may=saying.may(room, "minutes"),
    )


def _is_taken(room: Room, form: Posted, key: str) -> bool:
    named = (f"result-{key}", *(f"understood-{key}-{each}" for each in room.state.languages))
    return key == form.values.get(ADD) or any(each in form.values for each in named)


async def record(request: web.Request) -> web.Response:
    """Put on record what was chosen; what was left open stays out of it."""
    room = asked.room(request)
    conference = find(request, room)
    form = await Posted.read(request)
    if form.values.get(ADD) and form.values.get("do") == ADD:  # one more point; nothing leaves
        return _form(request, room, conference, form, 200)
    agenda = dict(_on_agenda(room, conference))
    everything = agenda | dict(_others(room, conference, agenda))
    found = [_result(room, form, key, name) for key, name in everything.items()]
    chosen = [each for each in found if each is not None]
    if not chosen:
        form.fault(saying.FORM, "Please choose the outcome of one point at least.")
    held_at = form.instant("held_at")
    name = conference.schedule.name
    return await saying.say(
        request,
        room,
        form,
        lambda: making.recorded(
            room.desk, room.talks, saying.header(room, form), name, chosen, held_at=held_at
        ),
        again=lambda status: _form(request, room, conference, form, status),
        back=f"{room.path}/conferences/{name}",
    )


def _result(room: Room, form: Posted, key: str, name: str) -> Result | None:
    result = form.choice(f"result-{key}", ("", *results(room)))
    understood = {
        each: said
        for each in room.state.languages
        if (said := form.words(f"understood-{key}-{each}", most=MOST_UNDERSTOOD, needed=False))
    }
    if not result:
        if understood:
            form.fault(f"result-{key}", "Please choose the outcome that these words go with.")
        return None
    is_clause = key.startswith(CLAUSE)
    return Result(
        cid=name if is_clause else "",
        proposal="" if is_clause else name,
        result=result,
        understanding=understood,
    )


ROUTES: Final = (
    web.get("/n/{negotiation}/conferences/{conference}/outcomes", begin),
    web.post("/n/{negotiation}/conferences/{conference}/outcomes", record),
)
