"""Proposals: whose turn, the moves of one, answers, a new one with words in every language."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Final

from aiohttp import web

from paraph.client.negotiating import proposals as making
from paraph.client.negotiating.proposals import ANSWERS, ENDED, Row, Words
from paraph.client.reading import placed
from paraph.client.web import asked, clauses, language, saying
from paraph.client.web.office import Room
from paraph.client.web.posted import Posted
from paraph.client.web.rendering import page
from paraph.protocol.negotiation.state import Proposal, Step, Version
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.proposals import MOST_NOTE, ProposalAnswered

SHOWN: Final = ("open", "us", "them", "ended", "all")


@dataclasses.dataclass(frozen=True, slots=True)
class Move:
    """A step of a proposal, its log time, and the words that it offers, if it offers any."""

    step: Step
    at: int
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
        labels=labels(request, room),
        may=saying.may(room, "propose"),
    )


def labels(request: web.Request, room: Room) -> dict[str, str]:
    """Return what people call each clause of the one head, in order; nothing without one."""
    version = head(room)
    return clauses.labels(version.text, language.chosen(request)) if version else {}


# ------------------------------------------------------------------ one proposal


def find(request: web.Request, room: Room) -> Proposal:
    """Return the proposal that the address names."""
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
            opened = room.desk.screen.again(step.index)
            if opened is not None and isinstance(opened.content, ProposalAnswered):
                words = making.words_of(room.talks, opened.content)
        entry = placed.at_index(room.state, step.index)
        yield Move(step, entry.said.log_time if entry is not None else 0, words)


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
    return _show(request, room, find(request, room), Posted.empty(), 200)


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
        label=labels(request, room).get(proposal.content.clause, proposal.content.clause),
    )


async def answer(request: web.Request) -> web.Response:
    """Answer a proposal."""
    room = asked.room(request)
    proposal = find(request, room)
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


ROUTES: Final = (
    web.get("/n/{negotiation}/proposals", overview),
    web.get("/n/{negotiation}/proposals/{proposal:P-[0-9]+}", show),
    web.post("/n/{negotiation}/proposals/{proposal:P-[0-9]+}", answer),
)
