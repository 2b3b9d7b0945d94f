"""Proposals: whose turn, the moves of one, answers, a new one with words in every language."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Final

from aiohttp import web

from paraph.client.negotiating import proposals as making
from paraph.client.negotiating.proposals import ANSWERS, ENDED, Offer, Row, Words
from paraph.client.web import asked, clauses, language, saying
from paraph.client.web.office import Room
from paraph.client.web.posted import Posted
from paraph.client.web.rendering import page
from paraph.protocol.errors import InputError
from paraph.protocol.negotiation.state import Proposal, Step, Version
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.header import MOST_WORDS
from paraph.protocol.statements.proposals import MOST_NOTE, ProposalAnswered

MOST_TITLE: Final = 500
SHOWN: Final = ("open", "us", "them", "ended", "all")


@dataclasses.dataclass(frozen=True, slots=True)
class Move:
    """A step of a proposal, with the words that it offers, if it offers any."""

    step: Step
    words: Words | None


def head(room: Room) -> Version | None:
    """Return the one head of the text; nothing where there is none, or several."""
    heads = room.talks.heads
    return room.talks.versions.get(heads[0]) if len(heads) == 1 else None


def _fits(row: Row, shown: str, us: str) -> bool:
    proposal = row.proposal
    is_open = proposal.standing not in ENDED
    match shown:
        case "open":
            return is_open
        case "us":
            return is_open and proposal.turn == us
        case "them":
            return is_open and proposal.turn not in ("", us)
        case "ended":
            return not is_open
        case _:
            return True


async def overview(request: web.Request) -> web.Response:
    """Show the proposals, those first that wait for us."""
    room = asked.room(request)
    us = room.desk.party
    every = list(making.rows(room.desk, room.talks))
    shown = request.query.get("show", "open")
    found = [each for each in every if _fits(each, shown, us)]
    found.sort(key=lambda each: each.proposal.turn != us)
    return page(
        request,
        "proposals.html",
        room,
        found=found,
        counts={each: sum(_fits(row, each, us) for row in every) for each in SHOWN},
        shown=shown,
        labels=_labels(request, room),
        may=saying.may(room, "propose"),
    )


def _labels(request: web.Request, room: Room) -> dict[str, str]:
    version = head(room)
    return clauses.labels(version.text, language.chosen(request)) if version else {}


# ------------------------------------------------------------------ one proposal


def _find(request: web.Request, room: Room) -> Proposal:
    wanted = request.match_info["proposal"]
    every = (each for _, each in room.talks.proposals.items())
    found = next((each for each in every if each.name == wanted), None)
    if found is None:
        raise web.HTTPNotFound
    return found


def _moves(room: Room, proposal: Proposal) -> Iterator[Move]:
    for step in proposal.history:
        words = None
        if step.to == "tabled":
            words = making.words_of(room.talks, proposal.content)
        elif step.to == "countered" and not step.by_version:
            opened = room.desk.reader.again(step.index)
            if opened is not None and isinstance(opened.content, ProposalAnswered):
                words = making.words_of(room.talks, opened.content)
        yield Move(step, words)


def _allowed(room: Room, proposal: Proposal) -> list[str]:
    header = saying.plain(room)

    def fits(to: str) -> bool:
        return not saying.refusal(
            room, lambda: making.answered(room.desk, header, proposal.statement, to=to)
        )

    return [answer for answer, to in ANSWERS.items() if fits(to)]


async def show(request: web.Request) -> web.Response:
    """Show one proposal: its words, its moves, and what we may answer."""
    room = asked.room(request)
    return _show(request, room, _find(request, room), Posted.empty(), 200)


def _show(
    request: web.Request, room: Room, proposal: Proposal, form: Posted, status: int
) -> web.Response:
    (row,) = (each for each in making.rows(room.desk, room.talks) if each.proposal == proposal)
    return page(
        request,
        "proposal.html",
        room,
        status=status,
        form=form,
        proposal=proposal,
        row=row,
        moves=list(_moves(room, proposal)),
        answers=_allowed(room, proposal),
        may=saying.may(room, "answer"),
        label=_labels(request, room).get(proposal.content.clause, proposal.content.clause),
    )


async def answer(request: web.Request) -> web.Response:
    """Answer a proposal."""
    room = asked.room(request)
    proposal = _find(request, room)
    form = await Posted.read(request)
    to = form.choice("answer", ANSWERS)
    note = form.words("note", most=MOST_NOTE, needed=False)
    if to == "counter" and not note:
        form.fault("note", "Please say what you offer instead, or counter with words.")

    def make() -> Content:
        return making.answered(
            room.desk,
            saying.header(room, form),
            proposal.statement,
            to=ANSWERS[to],
            note=note,
        )

    return await saying.say(
        request,
        room,
        form,
        make,
        again=lambda status: _show(request, room, proposal, form, status),
        back=request.path,
    )


# ------------------------------------------------------------------ words of our own


async def begin_counter(request: web.Request) -> web.Response:
    """Show the words of the clause, to be changed for a counter."""
    room = asked.room(request)
    proposal = _find(request, room)
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
        label=_labels(request, room).get(proposal.content.clause, proposal.content.clause),
    )


def _offered(room: Room, form: Posted, cid: str, words: dict[str, str], proposal: str) -> Offer:
    try:
        return making.in_other_words(room.talks, cid, words, proposal)
    except InputError as error:
        field = "clause" if error.code == "unknown-clause" else f"words-{next(iter(words))}"
        form.fault(field, str(error))
        return Offer()


async def counter(request: web.Request) -> web.Response:
    """Offer words of our own in place of what is proposed."""
    room = asked.room(request)
    proposal = _find(request, room)
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
        clauses=list(_labels(request, room).items()),
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
    web.get("/n/{negotiation}/proposals", overview),
    web.get("/n/{negotiation}/proposals/new", begin),
    web.post("/n/{negotiation}/proposals/new", make),
    web.get("/n/{negotiation}/proposals/{proposal}", show),
    web.post("/n/{negotiation}/proposals/{proposal}", answer),
    web.get("/n/{negotiation}/proposals/{proposal}/counter", begin_counter),
    web.post("/n/{negotiation}/proposals/{proposal}/counter", counter),
)
