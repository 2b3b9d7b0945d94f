"""A draft on its way to the table: looked over, rebased, carried by a dispatch.

Nothing is sent from here: what leaves is handed to :mod:`paraph.client.web.leaving`.
"""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Final

from aiohttp import web

from paraph.client.negotiating import bilingual, drafting, positions, rebasing, remarks, tabling
from paraph.client.negotiating.oddities import VERSION_KINDS
from paraph.client.web import asked, clauses, draft_view, language, leaving, saying
from paraph.client.web.draft_view import Draft
from paraph.client.web.office import Room
from paraph.client.web.posted import Posted
from paraph.client.web.rendering import page
from paraph.client.web.words_drafting import STATUSES, VERSIONS
from paraph.client.writing import composing
from paraph.client.writing.composing import DispatchDraft
from paraph.protocol.errors import InputError, ParaphError
from paraph.protocol.negotiation.state import Version
from paraph.protocol.negotiation.text import Text
from paraph.protocol.statements.envelope import PRECEDENCES
from paraph.protocol.statements.exchanges import DISPATCH_KINDS, MOST_BODY
from paraph.protocol.statements.header import JOINT, StatementMention

MOST_ROUND: Final = 9
"""Digits of the number of a round of talks."""

# ------------------------------------------------------------------ to the table


async def look_over(request: web.Request) -> web.Response:
    """Show what a draft would table, and ask how it is said."""
    room = asked.room(request)
    draft = draft_view.read(request, room)
    form = Posted.empty(
        kind=draft.file.kind,
        author=draft.file.author,
        round=str(draft.file.round or ""),
        **{f"status-{each}": status for each, status in draft.file.status.items()},
    )
    return _look_over(request, room, draft, form, 200)


def _look_over(
    request: web.Request, room: Room, draft: Draft, form: Posted, status: int
) -> web.Response:
    found = draft.drafted
    gone, reopened = [], list[str]()
    if found is not None and found.parent is not None:
        parties, operations = room.state.parties, found.draft.operations
        changed = positions.reopened(room.state, room.talks, found.parent, operations, found.text)
        reopened = [each.part.cid for each in changed if not each.explained]
        gone = list(remarks.taken_out(found.parent.text, found.text, parties, room.desk.party))
    return page(
        request,
        "draft_table.html",
        room,
        status=status,
        draft=draft,
        form=form,
        gone=gone,
        reopened=reopened,
        labels=_labels(request, *draft.texts),
        nearly=list(remarks.nearly_placeholders(found.text)) if found is not None else [],
        carried=found.carried if found is not None else (),
        kinds=[each for each in VERSION_KINDS if each in VERSIONS],
        statuses=STATUSES,
        texts=sorted(room.state.languages),
        may=saying.may(room, "table"),
        # Beside the newest version, and not on it: only where somebody says so.
        beside=bool(room.talks.heads) and (draft.parent is None or bool(draft.heads)),
    )


def _labels(request: web.Request, *several: Text) -> dict[str, str]:
    # What people call each clause of several texts; the last that has it tells.
    chosen, found = language.chosen(request), dict[str, str]()
    for each in several:
        found |= clauses.labels(each, chosen)
    return found


async def hand_over(request: web.Request) -> web.Response:
    """Keep kind and status in the draft, and hand the version to the page of what leaves."""
    room, number = asked.room(request), draft_view.number(request)
    form = await Posted.read(request)
    draft = draft_view.read(request, room).file
    kind = form.choice("kind", (*VERSIONS, draft.kind))
    status = {
        each: found
        for each in room.state.languages
        if (found := form.values.get(f"status-{each}", "").strip())
    }
    # A form without them leaves them as the draft has them.
    author = form.choice("author", ("", JOINT), otherwise=draft.author)
    round_ = form.words("round", most=MOST_ROUND, needed=False)
    if "round" not in form.values:
        round_ = str(draft.round or "")
    if round_ and not (round_.isascii() and round_.isdigit()):
        form.fault("round", "Please give a number, or nothing.")
    manner = saying.manner(form)
    precedence = form.choice("precedence", PRECEDENCES, otherwise="routine")
    here = f"{room.path}/drafts/{number}"
    drafts, languages = draft_view.folder(request), tuple(room.state.languages)

    def change(text: str) -> str:
        file = drafting.parsed(text, languages)
        counted = int(round_ or 0)
        made = dataclasses.replace(file, kind=kind, status=status, author=author, round=counted)
        if made == file:
            return text
        return bilingual.write(made, sorted(languages))

    if not form.faults:
        try:
            await asyncio.to_thread(drafts.change, number, change)
            contents = tabling.compose(
                room.desk,
                drafts.find(str(number)),
                room.talks.identity,
                manner=manner,
                branch=form.ticked("branch"),
            )
            way = leaving.propose(
                request,
                room.desk,
                *contents,
                back=here,
                after=here,
                exclusive=True,
                precedence=precedence,
                origin=number,
            )
        except ParaphError as error:
            form.refused(saying.FORM, error)
        else:
            raise way
    return _look_over(request, room, draft_view.read(request, room), form, 409)


# ------------------------------------------------------------------ what carries it


async def carry(request: web.Request) -> web.Response:
    """Ask for the covering words of a version that was sent, and hand the dispatch over."""
    room, number = asked.room(request), draft_view.number(request)
    draft = draft_view.read(request, room)
    sent = draft.sent
    if sent is None:
        raise InputError(
            "expected a draft that was sent", code="draft", hint="nothing was sent or changed"
        )
    here = f"{room.path}/drafts/{number}"

    def again(status: int) -> web.Response:
        return page(
            request, "draft_carry.html", room, status=status, draft=draft, form=form, sent=sent,
            kinds=DISPATCH_KINDS, here=here,
        )  # fmt: skip

    form = Posted.empty(kind="transmittal")
    if request.method != "POST":
        return again(200)
    form = await Posted.read(request)
    kind = form.choice("kind", DISPATCH_KINDS)
    body = form.words("body", most=MOST_BODY, needed=False)
    carried = DispatchDraft(
        kind=kind, carries=(StatementMention(statement=sent.statement),), body=body
    )
    return await saying.say(
        request,
        room,
        form,
        lambda: composing.dispatched(
            room.desk.state, saying.header(room, form), carried, room.desk.party
        ),
        again=again,
        back=here,
        after=here,
    )


# ------------------------------------------------------------------ they were first


async def crossing(request: web.Request) -> web.Response:
    """Show what collides between a draft and the version that came meanwhile."""
    room = asked.room(request)
    draft = draft_view.read(request, room)
    return _crossing(request, room, draft, Posted.empty(), 200)


def _head(draft: Draft, named: str) -> Version:
    heads = draft.heads if draft.second is None else ()
    chosen = [each for each in heads if each.statement.hex() == named] or list(heads)
    if draft.parent is None or not chosen:
        raise InputError(
            "expected a draft that was overtaken by a newer version",
            code="draft",
            hint="this one was not: nothing has to be brought along",
        )
    return chosen[0]


def _crossing(
    request: web.Request, room: Room, draft: Draft, form: Posted, status: int
) -> web.Response:
    head = _head(draft, form.values.get("onto") or request.query.get("onto", ""))
    assert draft.drafted is not None
    return page(
        request,
        "draft_rebase.html",
        room,
        status=status,
        draft=draft,
        head=head,
        heads=draft.heads,
        found=rebasing.crossing(draft.drafted, head),
        labels=_labels(request, *draft.texts, head.text),
        form=form,
        texts=sorted(room.state.languages),
    )


async def rebase(request: web.Request) -> web.Response:
    """Make another draft, on the newer version; the one that it comes from stays."""
    room = asked.room(request)
    draft = draft_view.read(request, room)
    form = await Posted.read(request)
    head = _head(draft, form.values.get("onto", ""))
    if draft.drafted is None:
        raise InputError("this draft does not fit its parent", code="draft")
    choices = {
        name.removeprefix("choice-"): choice
        for name, value in form.values.items()
        for choice in rebasing.CHOICES
        if name.startswith("choice-") and value == choice
    }
    try:
        made = rebasing.rebase(draft.drafted, head, choices, room.desk.party)
    except InputError as error:
        if error.code != "unchosen":
            raise
        for each in rebasing.crossing(draft.drafted, head).collisions:
            if each.row.cid not in choices:
                form.fault(f"choice-{each.row.cid}", "Please choose one.")
        return _crossing(request, room, draft, form, 400)
    notes = (f"draft {draft.kept.number}, brought onto version {head.number}",)
    own = [each for each in made.notes if not each.startswith("local draft ")]
    text = bilingual.write(made, sorted(room.state.languages), (*notes, *own))
    number = draft_view.folder(request).save(text)[0]
    raise web.HTTPSeeOther(f"{room.path}/drafts/{number}")


ROUTES: Final = (
    web.get("/n/{negotiation}/drafts/{number}/table", look_over),
    web.post("/n/{negotiation}/drafts/{number}/table", hand_over),
    web.get("/n/{negotiation}/drafts/{number}/carry", carry),
    web.post("/n/{negotiation}/drafts/{number}/carry", carry),
    web.get("/n/{negotiation}/drafts/{number}/rebase", crossing),
    web.post("/n/{negotiation}/drafts/{number}/rebase", rebase),
)
