"""The mandate: what our delegation may negotiate. Shown and set inside; the other side sees none.

Where the party has no internal channel it is kept in this home alone, and holds for it alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from aiohttp import web

from paraph.client.negotiating import chancery
from paraph.client.web import asked, language, saying
from paraph.client.web.posted import Posted
from paraph.client.web.rendering import page
from paraph.client.web.words import N_, SAYABLE
from paraph.client.web.words_drafting import VERSIONS
from paraph.protocol import roles
from paraph.protocol.errors import InputError, MisuseError, ParaphError
from paraph.protocol.sentences import worded
from paraph.protocol.statements.content import CONTENT_KINDS
from paraph.protocol.statements.exchanges import COMMENT_KINDS, DISPATCH_KINDS
from paraph.protocol.statements.header import NO_NEGOTIATION, ContentHeader, to_wordings
from paraph.protocol.statements.internal import MandateSet, TripWords

MOST_NAME: Final = 64
MOST_LINES: Final = 20_000
ROLES: Final = tuple(sorted(roles.OFFICERS))
MOST_PHRASE: Final = 200
_INSIDE: Final = frozenset({"clearance-asked", "clearance-given", "mandate-set"})
_RECEIPT: Final = "acknowledgement-given"
KINDS: Final = {
    N_("Everything of a kind"): tuple(
        sorted(CONTENT_KINDS.keys() - _INSIDE - {_RECEIPT}, key=list(SAYABLE).index)
    ),
    N_("Versions"): tuple(VERSIONS),
    N_("Dispatches"): DISPATCH_KINDS,
    N_("Comments"): COMMENT_KINDS,
}
"""What may be asked to be looked over before it leaves, by the heading it stands under."""
EVERY: Final = "every"
"""In the place of a negotiation: every one that has no mandate of its own."""


def in_force(request: web.Request) -> tuple[MandateSet, ...]:
    """Return the mandates in force: the one for all negotiations, then those for one alone."""
    office = asked.office(request)
    if office.chancery is not None:
        state = office.state(office.chancery)
        return tuple(each.content for _, each in sorted(state.mandates.items()))
    local = chancery.local_mandate(office.home)
    return (local,) if local is not None else ()


def tongues(request: web.Request) -> tuple[str, ...]:
    """Return the languages in which a mandate is written."""
    office = asked.office(request)
    if office.chancery is not None:
        return office.state(office.chancery).languages
    return chancery.languages_of(office.home)


def _known(request: web.Request) -> dict[str, str]:
    # Negotiations that a mandate may be for alone, by id: its title, or nothing where we sit
    # in the internal channel only. Without one there is one mandate, of this home.
    office = asked.office(request)
    if office.chancery is None:
        return {}
    chosen = language.chosen(request)
    own = {each.talks.identity: language.own(each.titles, chosen) for each in office.rooms()}
    titles = {each: title.words if title is not None else "" for each, title in own.items()}
    state = office.state(office.chancery)
    inner = (*(each for each, _ in state.negotiations.items()), *state.mandates)
    found = dict.fromkeys((*titles, *(each for each in inner if each != NO_NEGOTIATION)))
    return {each.hex(): titles.get(each, "") for each in found}


def _of(request: web.Request, which: str) -> MandateSet | None:
    # What a form begins with: the one for a negotiation alone, or the one for every other.
    found = {each.header.negotiation.hex(): each for each in in_force(request)}
    return found.get(which) or found.get(NO_NEGOTIATION.hex()) or next(iter(found.values()), None)


async def show(request: web.Request) -> web.Response:
    """Show the mandate, and the form that sets another in its place."""
    which, room = request.query.get("for", ""), asked.room_if_any(request)
    if which not in (EVERY, *_known(request)):
        own = room.talks.identity.hex() if room is not None else ""
        which = own if any(each.header.negotiation.hex() == own for each in
                           in_force(request)) else EVERY  # fmt: skip
    found = _of(request, which)
    form = Posted.empty(**{"for": which}, **(_filled(found) if found is not None else {}))
    return _page(request, form, 200)


def _page(request: web.Request, form: Posted, status: int) -> web.Response:
    office, room = asked.office(request), asked.room_if_any(request)
    found = in_force(request)
    return page(
        request,
        "mandate.html",
        room,
        status=status,
        mandates=found,
        tongues=tongues(request),
        roles=ROLES,
        form=form,
        is_local=office.chancery is None,
        negotiations=_known(request),
        every=NO_NEGOTIATION,
        may=office.chancery is None or roles.may(office.chancery.role, "clear"),
        kinds={**KINDS, **_others(form)},
        chosen={each: _kinds(form, each) for each in ("clear", "legal")},
        applies=_of(request, room.talks.identity.hex()) if room is not None else None,
    )


def _others(form: Posted) -> dict[str, tuple[str, ...]]:
    # A mandate that was set elsewhere may name kinds that this desk does not know.
    known = {kind for found in KINDS.values() for kind in found}
    named = {*_kinds(form, "clear"), *_kinds(form, "legal")} - known
    return {N_("Others"): tuple(sorted(named))} if named else {}


def _kinds(form: Posted, field: str) -> tuple[str, ...]:
    return tuple(sorted({each for said in form.several(field) for each in said.splitlines()}))


def _filled(found: MandateSet) -> dict[str, str]:
    values = {
        "name": found.name,
        "out": "\n".join(found.out_of_scope),
        "clear": "\n".join(found.clear_first),
        "legal": "\n".join(found.legal_first),
    }
    values |= {f"scope-{each.language}": each.words for each in found.scope}
    values |= {f"trip-{each.language}": "\n".join(each.words) for each in found.trip_words}
    values |= {f"adref-{role}": "1" for role in found.ad_referendum}
    values |= {f"final-{role}": "1" for role in found.final}
    return values


async def put(request: web.Request) -> web.Response:
    """Set the mandate in the place of the one before."""
    form = await Posted.read(request)
    office = asked.office(request)
    inner, back = office.chancery, f"{asked.inside(request)}/mandate"

    which = form.choice("for", (EVERY, *_known(request)), otherwise=EVERY)

    def make() -> MandateSet:
        if inner is not None:
            about = NO_NEGOTIATION if which not in _known(request) else bytes.fromhex(which)
            return _made(form, inner.header(about), tongues(request))
        header = ContentHeader.plain(
            negotiation=NO_NEGOTIATION, dated=office.tools.now(), acting_role=roles.HEAD
        )
        return _made(form, header, tongues(request))

    def again(status: int) -> web.Response:
        return _page(request, form, status)

    if inner is not None:
        return await saying.keep_inside(request, form, make, again=again, back=back)
    if form.again:  # shown once more, and set by nobody yet
        return again(200)
    try:
        mandate = make()
        if form.faults:
            return again(400)
        chancery.keep_mandate(office.home, mandate)
    except ParaphError as error:
        if form.faults:  # said at the fields
            return again(400)
        form.refused(saying.FORM, error)
        return again(409)
    raise web.HTTPSeeOther(back)


def _made(form: Posted, header: ContentHeader, languages: Iterable[str]) -> MandateSet:
    languages = tuple(languages)
    name = form.words("name", most=MOST_NAME)
    out = _lines(form, "out")
    scope = {each: form.words(f"scope-{each}", needed=False) for each in languages}
    trips = {each: _lines(form, f"trip-{each}") for each in languages}
    try:
        return MandateSet(
            header=header,
            name=name or "-",
            scope=to_wordings({each: words for each, words in scope.items() if words}),
            out_of_scope=out,
            trip_words=tuple(
                TripWords(language=each, words=trips[each]) for each in sorted(trips) if trips[each]
            ),
            ad_referendum=tuple(each for each in ROLES if form.ticked(f"adref-{each}")),
            final=tuple(each for each in ROLES if form.ticked(f"final-{each}")),
            clear_first=_kinds(form, "clear"),
            legal_first=_kinds(form, "legal"),
        )
    except MisuseError as error:
        raise InputError(error.words) from error


def _lines(form: Posted, name: str) -> tuple[str, ...]:
    words = form.words(name, most=MOST_LINES, needed=False)
    found = sorted({each.strip() for each in words.splitlines() if each.strip()})
    for each in found:
        if len(each) > MOST_PHRASE:
            form.fault(
                name,
                worded(
                    "At most %(most)s characters a line, please: “%(words)s…” has more.",
                    most=MOST_PHRASE,
                    words=each[:40],
                ),
            )
    return tuple(found)


ROUTES: Final = tuple(
    route
    for base in asked.INSIDE
    for route in (web.get(f"{base}/mandate", show), web.post(f"{base}/mandate", put))
)
