"""A draft offered as a proposal, or against one: its changes alone, and no version of the text."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from paraph.client.negotiating import proposals as making
from paraph.client.negotiating.proposals import Offer
from paraph.client.web import asked, clauses, draft_view, language, saying
from paraph.client.web.draft_view import Draft
from paraph.client.web.office import Room
from paraph.client.web.pages.proposing import MOST_TITLE
from paraph.client.web.posted import Posted
from paraph.client.web.rendering import page
from paraph.protocol.errors import InputError
from paraph.protocol.negotiation.fold.touching import by_clause
from paraph.protocol.negotiation.state import Proposal
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.proposals import MOST_NOTE


def _offered(draft: Draft) -> Offer:
    found = draft.drafted
    if found is None or draft.parent is None or draft.second is not None:
        raise InputError(
            "expected a draft that changes one version of the text",
            code="draft",
            hint="a whole text, and one that joins two versions, are tabled as versions",
        )
    return Offer(draft.parent.statement, found.draft.operations)


def _counterable(room: Room) -> list[Proposal]:
    # Proposals that wait for our answer.
    found = [
        each
        for _, each in room.talks.proposals.items()
        if each.turn == room.desk.party and each.standing not in making.ENDED
    ]
    return sorted(found, key=lambda each: -each.number)


async def begin(request: web.Request) -> web.Response:
    """Show the form: as a new proposal, or against one that waits for us."""
    room = asked.room(request)
    draft = draft_view.read(request, room)
    touched = _touched(draft)
    return _form(request, room, draft, Posted.empty(clause=(*touched, "")[0]), 200)


def _touched(draft: Draft) -> Sequence[str]:
    known = {part.cid for part in draft.parent.text.parts} if draft.parent is not None else set()
    return [each for each in by_clause(_offered(draft).operations) if each in known]


def _form(
    request: web.Request, room: Room, draft: Draft, form: Posted, status: int
) -> web.Response:
    parent = draft.parent
    labels = clauses.labels(parent.text, language.chosen(request)) if parent is not None else {}
    return page(
        request,
        "draft_offer.html",
        room,
        status=status,
        draft=draft,
        form=form,
        count=len(_offered(draft).operations),
        clauses=list(labels.items()),
        proposals=_counterable(room),
        may=saying.may(room, "propose"),
    )


async def offer(request: web.Request) -> web.Response:
    """Hand the proposal, or the counter, over to the page that shows what leaves."""
    room = asked.room(request)
    draft = draft_view.read(request, room)
    form = await Posted.read(request)
    waiting = {each.name: each for each in _counterable(room)}
    against = form.choice("against", ("", *waiting))
    titles, reasons = (
        {
            each: said
            for each in room.state.languages
            if (said := form.words(f"{name}-{each}", most=most, needed=False))
        }
        for name, most in (("title", MOST_TITLE), ("why", MOST_NOTE))
    )
    if not titles and not against:
        form.fault(f"title-{room.state.languages[0]}", "Please give a title in one language.")
    for each in titles if against else ():
        form.fault(f"title-{each}", "A counter keeps the title of the proposal: leave this empty.")
    offers = _offered(draft)
    if not offers.operations:
        form.fault(saying.FORM, "The draft changes nothing yet.")

    def make() -> Content:
        if against:
            return making.answered(
                room.desk,
                saying.header(room, form),
                waiting[against].statement,
                to="countered",
                note="\n\n".join(reasons.values()),
                offers=offers,
            )
        return making.made(
            room.desk,
            saying.header(room, form),
            titles,
            clause=form.values.get("clause", ""),
            rationale=reasons,
            version=offers.version,
            operations=offers.operations,
        )

    return await saying.say(
        request,
        room,
        form,
        make,
        again=lambda status: _form(request, room, draft, form, status),
        back=f"{room.path}/drafts/{draft.kept.number}",
        after=f"{room.path}/proposals",
    )


ROUTES = (
    web.get("/n/{negotiation}/drafts/{number}/offer", begin),
    web.post("/n/{negotiation}/drafts/{number}/offer", offer),
)
