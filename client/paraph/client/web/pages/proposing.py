"""Words of our own for a proposal: a new one, and a counter to one of the other side."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from paraph.client.negotiating import proposals as making
from paraph.client.negotiating.proposals import Offer
from paraph.client.web import asked, saying
from paraph.client.web.office import Room
from paraph.client.web.pages.proposals import find, head, labels
from paraph.client.web.posted import Posted
from paraph.client.web.rendering import page
from paraph.protocol.errors import InputError
from paraph.protocol.negotiation.state import Proposal
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.header import MOST_WORDS
from paraph.protocol.statements.proposals import MOST_NOTE

MOST_TITLE: Final = 500


async def begin_counter(request: web.Request) -> web.Response:
    """Show the words of the clause, to be changed for a counter."""
    room = asked.room(request)
    proposal = find(request, room)
    return _counter(request, room, proposal, _with_words(room, proposal.content.clause), 200)


def _with_words(room: Room, cid: str, **values: str) -> Posted:
    version = head(room)
    part = version.text.find(cid) if version and cid else None
    words = {f"words-{code}": said for code, said in part.words.items()} if part else {}
    return Posted.empty(clause=cid, **words, **values)


def _counter(
    request: web.Request, room: Room, proposal: Proposal, form: Posted, status: int
) -> web.Response:
    return page(
        request,
        "proposal-counter.html",
        room,
        status=status,
        form=form,
        proposal=proposal,
        title=proposal.content.titles[0].words,
        version=head(room),
        label=labels(request, room).get(proposal.content.clause, proposal.content.clause),
    )


def _offered(room: Room, form: Posted, cid: str, words: dict[str, str], proposal: str) -> Offer:
    try:
        return making.in_other_words(room.talks, cid, words, proposal)
    except InputError as error:
        field = "clause" if error.code == "unknown-clause" else f"words-{next(iter(words))}"
        form.refused(field, error)
        return Offer()


async def counter(request: web.Request) -> web.Response:
    """Offer words of our own in place of what is proposed."""
    room = asked.room(request)
    proposal = find(request, room)
    form = await Posted.read(request)
    words = {each: form.words(f"words-{each}", most=MOST_WORDS) for each in room.state.languages}
    note = form.words("note", most=MOST_NOTE, needed=False)

    def make() -> Content:
        return making.answered(
            room.desk,
            saying.header(room, form),
            proposal.statement,
            to="countered",
            note=note,
            offers=_offered(room, form, proposal.content.clause, words, proposal.name),
        )

    return await saying.say(
        request,
        room,
        form,
        make,
        again=lambda status: _counter(request, room, proposal, form, status),
        back=f"{room.path}/proposals/{proposal.name}",
    )


async def begin(request: web.Request) -> web.Response:
    """Show the form of a new proposal; for a clause its words stand there to be changed."""
    room = asked.room(request)
    return _new(request, room, _with_words(room, request.query.get("clause", "")), 200)


def _new(request: web.Request, room: Room, form: Posted, status: int) -> web.Response:
    return page(
        request,
        "proposal-new.html",
        room,
        status=status,
        form=form,
        version=head(room),
        clauses=list(labels(request, room).items()),
    )


def _said(room: Room, form: Posted, name: str, most: int) -> dict[str, str]:
    found = {
        code: form.words(f"{name}-{code}", most=most, needed=False) for code in room.state.languages
    }
    return {code: said for code, said in found.items() if said}


async def make(request: web.Request) -> web.Response:
    """Propose something."""
    room = asked.room(request)
    form = await Posted.read(request)
    cid = form.values.get("clause", "")
    titles = _said(room, form, "title", MOST_TITLE)
    reasons = _said(room, form, "why", MOST_NOTE)
    words = _said(room, form, "words", MOST_WORDS)
    if form.values.get("do") == "clause":
        return _new(request, room, _chosen(room, form, cid), 200)
    if not titles:
        form.fault(f"title-{room.state.languages[0]}", "Please give a title in one language.")

    def propose() -> Content:
        offers = _of_new(room, form, cid, words)
        return making.made(
            room.desk,
            saying.header(room, form),
            titles,
            clause=cid,
            rationale=reasons,
            version=offers.version,
            operations=offers.operations,
        )

    return await saying.say(
        request,
        room,
        form,
        propose,
        again=lambda status: _new(request, room, form, status),
        back=f"{room.path}/proposals",
    )


def _chosen(room: Room, form: Posted, cid: str) -> Posted:
    # Another clause was chosen: its words in the place of those shown; the rest as typed.
    kept = {name: said for name, said in form.values.items() if not name.startswith("words-")}
    return Posted(kept | _with_words(room, cid).values)


def _of_new(room: Room, form: Posted, cid: str, words: dict[str, str]) -> Offer:
    version = head(room)
    part = version.text.find(cid) if version and cid else None
    if part is None or all(part.words.get(each) == said for each, said in words.items()):
        return Offer()  # an idea, with no words of its own yet
    lacking = [each for each in room.state.languages if each not in words]
    for each in lacking:
        form.fault(f"words-{each}", "Please fill this in.")
    return Offer() if lacking else _offered(room, form, cid, words, "")


ROUTES: Final = (
    web.get("/n/{negotiation}/proposals/new", begin),
    web.post("/n/{negotiation}/proposals/new", make),
    web.get("/n/{negotiation}/proposals/{proposal:P-[0-9]+}/counter", begin_counter),
    web.post("/n/{negotiation}/proposals/{proposal:P-[0-9]+}/counter", counter),
)
