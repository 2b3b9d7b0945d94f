"""The conclusion: checklist, seals, powers, initials, originals, signatures, effect, package."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from aiohttp import web

from paraph.client.keys import members
from paraph.client.negotiating import alternat as alternats
from paraph.client.negotiating import concluding, scrutiny
from paraph.client.negotiating.ceremony import ceremony
from paraph.client.negotiating.export import concluded as package
from paraph.client.web import asked, downloads, passing, saying
from paraph.client.web.office import Office, Room
from paraph.client.web.posted import Posted
from paraph.client.web.rendering import page
from paraph.protocol.errors import InputError, MisuseError
from paraph.protocol.keys import Signer
from paraph.protocol.negotiation import concluded
from paraph.protocol.statements.conclusion import (
    CHANGES,
    EFFECTS,
    ConclusionWithdrawn,
    EffectNoted,
    EffectStated,
    EventNoted,
)
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.joint import AgreedTo

N_: Final = str
STEPS: Final[Mapping[str, str]] = {
    "brackets": N_("No bracket and no placeholder is left"),
    "findings": N_("No finding is open, by machine or linguist"),
    "positions": N_("Both sides agree to every clause in these words"),
    "line": N_("One text, at its head, and its digests are equal on both sides"),
    "powers": N_("Full powers were shown"),
    "here": N_("This desk has read all, and somebody compared the other side's words"),
    "disputes": N_("Nothing is contested, everything opens for everybody"),
    "alternat": N_("Both sides agree how the two originals differ"),
}
NEXT: Final[Mapping[str, str]] = {
    "seal": N_("Confirm that you have read this text through, below at Seals."),
    "initial": N_("Everything is ready: you may initial the text."),
    "alternat": N_("Propose how the two originals differ."),
    "agree-alternat": N_("The other side proposed the originals: compare them, and agree."),
    "effect": N_("Propose when the text comes into effect."),
    "agree-effect": N_(
        "The other side proposed when it comes into effect: agree, or propose anew."
    ),
    "sign": N_("Everything is ready: you may sign the originals."),
    "wait": N_("Nothing waits for you here."),
    "wait-powers": N_("A desk officer of yours shows your full powers first."),
    "done": N_("The text is signed. Save the package."),
}
PURPOSES: Final = ("both", "initial", "sign")
_ACTS: Final = ("agree", "comment", "dispatch", "initial", "sign")
MOST: Final = 2_000


async def conclusion(request: web.Request) -> web.Response:
    """Show how far the conclusion has come, and what this person may do."""
    return _show(request, asked.room(request), Posted.empty())


def _show(request: web.Request, room: Room, form: Posted, status: int = 200) -> web.Response:
    office = asked.office(request)
    try:
        found = ceremony(room.desk, office.home.book, room.state, room.talks)
    except InputError as error:
        return page(request, "conclusion-none.html", room, why=error)
    trust = room.desk.replica.log.trust
    people = [
        (member.holder, member.role)
        for member in trust.members()
        if member.party == room.desk.party
        and member.role in _CONCLUDING
        and members.standing(trust, member, room.desk.replica.log.log_time) == "in_force"
    ]
    return page(
        request,
        "conclusion.html",
        room,
        status=status,
        form=form,
        ceremony=found,
        check=found.check,
        steps=STEPS,
        next_=NEXT[found.next],
        people=people,
        own=room.desk.member.holder,
        settled=concluded.in_force(room.talks) is not None,
        signed=concluded.is_signed(room.talks),
        may={each: saying.may(room, each) for each in (*_ACTS, *_SEALS)},
        effects=EFFECTS,
        changes=CHANGES,
        purposes=PURPOSES,
    )


_CONCLUDING: Final = ("head_of_delegation", "signatory")
_SEALS: Final = ("scrub", "concordance")


# ------------------------------------------------------------------ acts


async def act(request: web.Request) -> web.Response:
    """Make the record of one of the page's forms and hand it over to what leaves."""
    office, room, form = asked.office(request), asked.room(request), await Posted.read(request)
    make = _MAKERS[request.match_info["act"]]
    return await saying.say(
        request,
        room,
        form,
        lambda: make(office, room, form),
        again=lambda status: _show(request, room, form, status),
        back=f"{room.path}/conclusion",
    )


def _signer(office: Office, room: Room) -> Signer:
    return members.choose_key(office.vault, room.desk.channel, room.desk.role).signer


def _seal(_: Office, room: Room, form: Posted) -> Content:
    version = concluding.version_to(room.talks, "initial").statement
    sort = form.choice("sort", ("legal", "concordance"))
    return scrutiny.scrubbed(room.desk, saying.plain(room), version, sort)


def _powers(_: Office, room: Room, form: Posted) -> Content:
    holder = form.choice("holder", tuple(_holders(room)))
    capacity = {
        each: words
        for each in room.state.languages
        if (words := form.words(f"capacity-{each}", most=200))
    }
    issued_by = form.words("issued_by", most=200)
    purpose = form.choice("purpose", PURPOSES, otherwise="both")
    if form.faults:
        raise InputError("something is still missing below", code="form")
    return concluding.powers_shown(
        saying.plain(room), bytes.fromhex(holder), purpose, capacity, issued_by
    )


def _holders(room: Room) -> list[str]:
    trust = room.desk.replica.log.trust
    return [each.holder.hex() for each in trust.members() if each.party == room.desk.party]


def _initial(office: Office, room: Room, _: Posted) -> Content:
    signer = _signer(office, room)
    return concluding.initialled(room.desk, signer, office.home.book, saying.plain(room))


def _sign(office: Office, room: Room, form: Posted) -> Content:
    original = form.choice("original", room.state.parties)
    signer = _signer(office, room)
    return concluding.signed(room.desk, signer, office.home.book, saying.plain(room), original)


def _unsign(_: Office, room: Room, form: Posted) -> Content:
    acts = (*room.talks.conclusion.initials, *room.talks.conclusion.signatures)
    own = {each.said.statement.hex(): each for each in acts if each.act.party == room.desk.party}
    subject = form.choice("subject", tuple(own))
    reason = form.words("unsign_reason", most=MOST, needed=False)
    if form.faults:
        raise InputError("there is no such initial or signature of ours", code="form")
    return ConclusionWithdrawn(
        header=saying.plain(room), subject=bytes.fromhex(subject), reason=reason
    )


def _alternat(_: Office, room: Room, form: Posted) -> Content:
    named = room.state.parties
    first = form.choice("named_first", ("", *named))
    leads = {
        code: lead for code in named if (lead := form.choice(f"lead-{code}", ("", *_tongues(room))))
    }
    changes = []
    for number in range(_MOST_CHANGES):
        old, new = (
            form.words(f"{what}-{number}", most=MOST, needed=False) for what in ("old", "new")
        )
        tongue = form.choice(f"tongue-{number}", _tongues(room), otherwise=_tongues(room)[0])
        if old or new:
            changes.append((tongue, old, new))
    version = concluding.version_to(room.talks, "sign")
    return alternats.alternat_set(room.desk, saying.plain(room), version, changes, leads, first)


_MOST_CHANGES: Final = 8


def _tongues(room: Room) -> tuple[str, ...]:
    return tuple(room.state.languages)


def _effect(_: Office, room: Room, form: Posted) -> Content:
    word = form.choice("effect", EFFECTS)
    try:
        return EffectStated(
            header=saying.plain(room),
            version=concluding.version_to(room.talks, "sign").statement,
            effect=word,
            instant=form.instant("instant"),
        )
    except MisuseError as error:
        form.fault("instant", N_("Give an instant with “at an instant”, and only then."))
        raise InputError(error.words) from error


def _note(_: Office, room: Room, form: Posted) -> Content:
    change = form.choice("change", CHANGES)
    at = form.instant("effective")
    if not at:
        form.fault("effective", N_("Please give date and time as 2015-10-14T13:00Z."))
    zone = form.words("zone", most=64)
    note = form.words("note", most=MOST, needed=False)
    if form.faults:
        raise InputError("something is still missing below", code="form")
    return EffectNoted(header=saying.plain(room), change=change, effective=at, zone=zone, note=note)


def _event(_: Office, room: Room, form: Posted) -> Content:
    word = form.words("event", most=64)
    at = form.instant("happened")
    if not at:
        form.fault("happened", N_("Please give date and time as 2015-10-14T13:00Z."))
    note = form.words("event_note", most=MOST, needed=False)
    if form.faults:
        raise InputError("something is still missing below", code="form")
    return EventNoted(header=saying.plain(room), event=word, at=at, note=note)


def _agree(_: Office, room: Room, form: Posted) -> Content:
    joint = {
        each.hex(): each
        for each in (
            *(one for one, _ in room.talks.conclusion.alternats.items()),
            *(one for one, _ in room.talks.conclusion.effects.items()),
        )
    }
    subject = form.choice("subject", tuple(joint))
    if form.faults:
        raise InputError("there is nothing of this kind to agree to", code="form")
    return AgreedTo(header=saying.plain(room), subject=joint[subject])


_MAKERS: Final[Mapping[str, Callable[[Office, Room, Posted], Content]]] = {
    "seal": _seal,
    "powers": _powers,
    "initial": _initial,
    "sign": _sign,
    "unsign": _unsign,
    "alternat": _alternat,
    "effect": _effect,
    "note": _note,
    "event": _event,
    "agree": _agree,
}


async def save(request: web.Request) -> web.Response:
    """Hand out the concluded package: texts, originals, documents, register, acts."""
    room = asked.room(request)
    with passing.folder(asked.office(request).home) as folder:
        found = package.export(room.desk, room.talks.identity, folder / "concluded")
        return downloads.folder("concluded.zip", found.folder)


ROUTES: Final = (
    web.get("/n/{negotiation}/conclusion", conclusion),
    web.post("/n/{negotiation}/conclusion/{act:" + "|".join(_MAKERS) + "}", act),
    web.get("/n/{negotiation}/conclusion/package.zip", save),
)
