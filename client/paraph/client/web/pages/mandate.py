"""The mandate: what our delegation may negotiate. Shown and set inside; the other side sees none.

Where the party has no internal channel it is kept in this home alone, and holds for it alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from aiohttp import web

from paraph.client.negotiating import chancery
from paraph.client.web import asked, saying
from paraph.client.web.posted import Posted
from paraph.client.web.rendering import page
from paraph.protocol import roles
from paraph.protocol.errors import InputError, MisuseError, ParaphError
from paraph.protocol.statements.header import NO_NEGOTIATION, ContentHeader, to_wordings
from paraph.protocol.statements.internal import MandateSet, TripWords

MOST_NAME: Final = 64
MOST_LINES: Final = 20_000
ROLES: Final = tuple(sorted(roles.OFFICERS))


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


async def show(request: web.Request) -> web.Response:
    """Show the mandate, and the form that sets another in its place."""
    found = in_force(request)
    form = Posted.empty(**(_filled(found[0]) if found else {}))
    return _page(request, form, 200)


def _page(request: web.Request, form: Posted, status: int) -> web.Response:
    office = asked.office(request)
    return page(
        request,
        "mandate.html",
        asked.room_if_any(request),
        status=status,
        mandates=in_force(request),
        tongues=tongues(request),
        roles=ROLES,
        form=form,
        is_local=office.chancery is None,
    )


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

    def make() -> MandateSet:
        if inner is not None:
            return _made(form, inner.header(NO_NEGOTIATION), tongues(request))
        header = ContentHeader.plain(
            negotiation=NO_NEGOTIATION, dated=office.tools.now(), acting_role=roles.HEAD
        )
        return _made(form, header, tongues(request))

    def again(status: int) -> web.Response:
        return _page(request, form, status)

    if inner is not None:
        return await saying.keep_inside(request, form, make, again=again, back=back)
    try:
        mandate = make()
        if form.faults:
            return again(400)
        chancery.keep_mandate(office.home, mandate)
    except ParaphError as error:
        form.fault(saying.FORM, str(error))
        return again(409)
    raise web.HTTPSeeOther(back)


def _made(form: Posted, header: ContentHeader, languages: Iterable[str]) -> MandateSet:
    languages = tuple(languages)
    name = form.words("name", most=MOST_NAME)
    scope = {each: form.words(f"scope-{each}", needed=False) for each in languages}
    trips = {each: _lines(form, f"trip-{each}") for each in languages}
    try:
        return MandateSet(
            header=header,
            name=name or "-",
            scope=to_wordings({each: words for each, words in scope.items() if words}),
            out_of_scope=_lines(form, "out"),
            trip_words=tuple(
                TripWords(language=each, words=trips[each]) for each in sorted(trips) if trips[each]
            ),
            ad_referendum=tuple(each for each in ROLES if form.ticked(f"adref-{each}")),
            final=tuple(each for each in ROLES if form.ticked(f"final-{each}")),
            clear_first=_lines(form, "clear"),
            legal_first=_lines(form, "legal"),
        )
    except MisuseError as error:
        raise InputError(error.words) from error


def _lines(form: Posted, name: str) -> tuple[str, ...]:
    words = form.words(name, most=MOST_LINES, needed=False)
    return tuple(sorted({each.strip() for each in words.splitlines() if each.strip()}))


ROUTES: Final = tuple(
    route
    for base in asked.INSIDE
    for route in (web.get(f"{base}/mandate", show), web.post(f"{base}/mandate", put))
)
