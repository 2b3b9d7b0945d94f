"""The drafts of this home: begun, listed with how far they are, thrown away and taken back."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Final

from aiohttp import web

from paraph.client.channel import views
from paraph.client.negotiating import bilingual, drafting, editing, ours, reading
from paraph.client.negotiating.bilingual import DraftFile
from paraph.client.negotiating.draft_standing import Standing, standing
from paraph.client.negotiating.redline import Redline, kin_of, redline
from paraph.client.negotiating.redline.beside import countered
from paraph.client.negotiating.redline.taking import with_change
from paraph.client.web import asked, clauses, draft_view
from paraph.client.web.office import Room
from paraph.client.web.posted import Posted
from paraph.client.web.rendering import page
from paraph.protocol.errors import InputError, RefusedError
from paraph.protocol.negotiation.lineage import lineage_of
from paraph.protocol.negotiation.state import Version
from paraph.protocol.negotiation.text import Text
from paraph.protocol.sentences import worded

NOTES: Final = (
    "Lines that begin with # are notes to yourself and go nowhere.",
    "[USA: words] is held by USA, [words] by nobody named; [●: note] is still to be filled;",
    "{ref:ID} shows the number of a clause.",
)
ACTS: Final = ("accept", "counter")


async def overview(request: web.Request) -> web.Response:
    """List the drafts of a negotiation."""
    room = asked.room(request)
    return _overview(request, room, Posted.empty(), 200)


def _overview(request: web.Request, room: Room, form: Posted, status: int) -> web.Response:
    office, drafts = asked.office(request), draft_view.folder(request)
    languages = room.state.languages
    kept = [each for each in drafts.kept(languages) if draft_view.belongs(each, room)]
    found = sorted(
        (standing(each, room.state) for each in kept), key=lambda each: -each.draft.number
    )
    versions = sorted(
        (each for _, each in room.talks.versions.items()),
        key=lambda each: (any(each.document), -each.index),
    )
    offers = sorted(
        (each for _, each in room.talks.proposals.items() if each.content.operations),
        key=lambda each: -each.number,
    )
    inner = office.state(room.chancery) if room.chancery is not None else None
    return page(
        request,
        "drafts.html",
        room,
        status=status,
        found=found,
        joining=_joining(request, room, found),
        thrown=[each for each in drafts.thrown(languages) if draft_view.belongs(each, room)],
        versions=[(clauses.name(room.talks, each), each) for each in versions[:MOST_LISTED]],
        proposals=offers[:MOST_LISTED],
        clearances=ours.waiting(inner, partial(views.name_of, room.desk))
        if inner is not None
        else (),
        form=form,
    )


def _joining(request: web.Request, room: Room, found: Iterable[Standing]) -> frozenset[int]:
    # Numbers of those that join two versions and were overtaken: they are joined anew.
    drafts, languages = draft_view.folder(request), tuple(room.state.languages)
    numbers = (each.draft.number for each in found if each.word == "overtaken")
    return frozenset(
        each for each in numbers if len(drafting.parsed(drafts.read(each), languages).parents) > 1
    )


MOST_LISTED: Final = 200
"""Versions, and proposals, that a new draft may be begun from."""


async def begin(request: web.Request) -> web.Response:
    """Begin a draft: from a version, from a proposal, or a whole new text."""
    room = asked.room(request)
    form = await Posted.read(request)
    try:
        made = _beginning(room, form)
    except (InputError, RefusedError) as error:
        form.refused("from", error)
        return _overview(request, room, form, 400)
    raise web.HTTPSeeOther(f"{room.path}/drafts/{_keep(request, room, made)}")


def _beginning(room: Room, form: Posted) -> DraftFile:
    identity, wanted = room.talks.identity, form.values.get("from", "head")
    if wanted == "whole":
        return drafting.blank(room.state.languages, opens=False, negotiation=identity)
    if wanted.startswith("P-"):
        return _from_proposal(room, wanted)
    if wanted == "head" and not room.talks.heads:
        return drafting.blank(room.state.languages, opens=False, negotiation=identity)
    _, version = reading.version_named(room.desk, "" if wanted == "head" else wanted, identity)
    _require_told(room, version.statement)
    return drafting.from_version(version, identity)


def _require_told(room: Room, *statements: bytes) -> None:
    # The line that stands in the place of their words would become words of ours.
    for each in statements:
        room.desk.screen.require_told(room.desk.folded, each)


def _from_proposal(room: Room, name: str) -> DraftFile:
    found = next((each for _, each in room.talks.proposals.items() if each.name == name), None)
    version = room.talks.versions.get(found.content.version) if found is not None else None
    if found is None or version is None:
        raise InputError(worded("there is no proposal %(name)s with words for the text", name=name))
    _require_told(room, found.statement, version.statement)
    return drafting.with_operations(
        version, room.talks.identity, found.content.operations, proposal=name
    )


def _keep(request: web.Request, room: Room, made: DraftFile) -> int:
    text = bilingual.write(made, sorted(room.state.languages), NOTES)
    return draft_view.folder(request).save(text)[0]


async def from_change(request: web.Request) -> web.Response:
    """Take a change of a redline into a draft on the head: their words, or ours against them.

    To counter sets the words before the change beside theirs, each in its party's bracket, so
    that only those have to be edited; where that cannot be done the clause is opened as it is.

    The form says ``from`` and ``to``, versions; ``cid``, the clause; ``act``: accept or counter;
    ``change``, the one to accept, where it is one of several in the clause.
    """
    room = asked.room(request)
    form = await Posted.read(request)
    act = form.choice("act", ACTS)
    if form.faults:
        raise InputError("expected act: accept or counter", code="draft")
    cid, one = form.words("cid", most=64), form.words("change", most=9, needed=False)
    old, new = (_version(room, form.words(name, most=64)) for name in ("from", "to"))
    _require_told(room, old.statement, new.statement)
    number = _on_head(request, room)
    languages = tuple(room.state.languages)
    drafts, head = draft_view.folder(request), room.talks.versions.get(room.talks.heads[0])
    parent = head.text if head is not None else None
    opened = cid

    def redlined() -> Redline:
        kin = kin_of(lineage_of(room.talks.versions), old.statement, new.statement)
        return redline(old.text, new.text, kin)

    def change(text: str) -> str:
        nonlocal opened
        draft = editing.complete(drafting.parsed(text, languages), parent)
        now = next((e.part for e in draft.entries if e.part.cid == cid and not e.deleted), None)
        if act == "counter" and now is not None:
            # What they wrote stays as theirs; the words before it stand beside it as ours.
            made = countered(redlined(), cid, one, now.words, room.desk.party, new.content.author)
            if made is not None:
                wanted = _with_words(new.text, cid, made)
                draft, opened = editing.take(draft, cid, wanted, parent)
        elif act == "accept" or now is None:
            wanted = new.text if act == "accept" else old.text
            if act == "accept" and one.isdecimal() and now is not None:
                wanted = with_change(redlined(), cid, int(one), now.words) or wanted
            draft, opened = editing.take(draft, cid, wanted, parent)
        return bilingual.write(draft, sorted(languages))

    drafts.change(number, change, step=True)
    raise web.HTTPSeeOther(f"{room.path}/drafts/{number}?open={opened}#clause-{opened}")


def _with_words(text: Text, cid: str, words: Mapping[str, str]) -> Text:
    parts = tuple(
        dataclasses.replace(each, words=words) if each.cid == cid else each for each in text.parts
    )
    return Text(text.languages, parts, text.used)


def _version(room: Room, ref: str) -> Version:
    found = next((each for _, each in room.talks.versions.items() if str(each.number) == ref), None)
    if found is None:
        found = room.talks.versions.get(views.find(room.desk, ref).id)
    if found is None:
        raise InputError("there is no such version here", code="unknown-version")
    return found


def _on_head(request: web.Request, room: Room) -> int:
    # The newest draft on the head that was not sent, or a new one.
    if len(room.talks.heads) != 1:
        raise InputError(
            "expected one head of the text",
            code="forked",
            hint="begin a draft from the version that you mean",
        )
    head = room.talks.heads[0].hex()
    drafts, languages = draft_view.folder(request), tuple(room.state.languages)
    for kept in reversed(drafts.kept(languages)):
        if not kept.problem and draft_view.belongs(kept, room):
            file = drafting.parsed(drafts.read(kept.number), languages)
            if file.parents == (head,) and standing(kept, room.state).word != "sent":
                return kept.number
    version = room.talks.versions.get(room.talks.heads[0])
    assert version is not None
    return _keep(request, room, drafting.from_version(version, room.talks.identity))


async def throw_away(request: web.Request) -> web.Response:
    """Ask whether a draft shall be thrown away, and do it where that was answered."""
    room = asked.room(request)
    number = draft_view.number(request)
    drafts = draft_view.folder(request)
    kept = next((each for each in drafts.kept(room.state.languages) if each.number == number), None)
    if kept is None or not draft_view.belongs(kept, room):
        raise web.HTTPNotFound
    if request.method != "POST":
        return page(request, "draft_throw.html", room, kept=kept)
    drafts.throw_away(number)
    raise web.HTTPSeeOther(f"{room.path}/drafts#thrown")


async def take_back(request: web.Request) -> web.Response:
    """Bring back a draft that was thrown away."""
    room = asked.room(request)
    number = draft_view.number(request)
    draft_view.folder(request).take_back(number)
    raise web.HTTPSeeOther(f"{room.path}/drafts#draft-{number}")


ROUTES: Final = (
    web.get("/n/{negotiation}/drafts", overview),
    web.post("/n/{negotiation}/drafts", begin),
    web.post("/n/{negotiation}/drafts/from-change", from_change),
    web.get("/n/{negotiation}/drafts/{number}/throw-away", throw_away),
    web.post("/n/{negotiation}/drafts/{number}/throw-away", throw_away),
    web.post("/n/{negotiation}/drafts/{number}/take-back", take_back),
)
