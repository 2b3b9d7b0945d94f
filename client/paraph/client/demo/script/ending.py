"""The end of a scenario as acts: scrub, initials, originals, signatures, effect, what came after.

A scenario has no full powers and no scrub of its own: they are made here, and the account says so.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator

from paraph.client.demo.script.act import Act, Rank, Teller, record
from paraph.client.demo.script.conferences import agreement
from paraph.client.demo.script.people import find, other, sender
from paraph.client.negotiating import concluding
from paraph.client.scenario.model import Epilogue, Scenario
from paraph.client.sending.sent import Sent
from paraph.protocol import roles
from paraph.protocol.errors import InputError
from paraph.protocol.statements.conclusion import (
    AlternatSet,
    EffectNoted,
    EffectStated,
    EventNoted,
    Original,
    Substitution,
)
from paraph.protocol.statements.header import to_digests
from paraph.protocol.statements.scrutiny import CONCORDANCE, LEGAL, ScrubConfirmed

SUSPENSION = "suspension_by_note"


def ending(scenario: Scenario) -> Iterator[Act]:
    """Yield everything from the scrub of the text to the epilogue."""
    done = scenario.ceremony.authentication
    if not done:
        return
    version, first = done[0].version, min(each.at for each in done)
    yield from _scrubs(scenario, version)
    yield from _powers(scenario, first)
    for each in done:
        yield Act(
            at=each.at,
            rank=Rank.CONCLUDE,
            by=each.by,
            kind=each.kind,
            name=f"{version} initialled by {each.by}",
            say=functools.partial(_initial, version),
            refers=(version,),
        )
    yield from _signing(scenario, version, max(each.at for each in done))
    for number, epilogue in enumerate(scenario.ceremony.epilogue, start=1):
        yield _after(scenario, epilogue, number)


def _scrubs(scenario: Scenario, version: str) -> Iterator[Act]:
    at = next(each.at for each in scenario.versions if each.id == version)
    for party in scenario.parties:
        for role, sort in ((roles.LEGAL, LEGAL), (roles.LINGUIST, CONCORDANCE)):
            by = find(scenario, party, (role,))
            if by:
                yield Act(
                    at=at,
                    rank=Rank.CLOSE,
                    by=by,
                    kind=f"scrub, {sort}",
                    name=f"{version} read by {by}",
                    say=functools.partial(_scrub, version, sort),
                    refers=(version,),
                )


async def _scrub(version: str, sort: str, teller: Teller) -> Sent:
    desk, statement = teller.desk, teller.statement(version)
    found = desk.negotiation(teller.negotiation).versions.get(statement)
    assert found is not None
    return await teller.say(
        ScrubConfirmed(
            header=teller.header(),
            version=statement,
            sort=sort,
            digests=to_digests(found.digests),
            structure=found.content.structure,
        )
    )


def _powers(scenario: Scenario, at: int) -> Iterator[Act]:
    ceremony = scenario.ceremony
    purposes: dict[str, set[str]] = {}
    for each in ceremony.authentication:
        purposes.setdefault(each.by, set()).add("initial")
    for original in ceremony.originals:
        for person in original.signatures:
            purposes.setdefault(person, set()).add("sign")
    for person, wanted in purposes.items():
        purpose = "both" if len(wanted) > 1 else min(wanted)
        yield Act(
            at=at,
            rank=Rank.OPEN,
            by=sender(scenario, scenario.people[person].party),
            kind="full powers",
            name=f"powers of {person}",
            say=functools.partial(_show, scenario, person, purpose),
        )


async def _show(scenario: Scenario, person: str, purpose: str, teller: Teller) -> Sent:
    known = scenario.people[person]
    office = dict.fromkeys(scenario.languages, known.described.replace("_", " "))
    holder = await teller.holder(person)
    made = concluding.powers_shown(
        teller.header(), holder, purpose, office, issued_by=f"the ministry of {known.party}"
    )
    return await teller.say(made)


async def _initial(version: str, teller: Teller) -> Sent:
    made = concluding.initialled(
        teller.desk, teller.signer, teller.book, teller.header(), teller.statement(version)
    )
    return await teller.say(made)


def _signing(scenario: Scenario, version: str, initialled_at: int) -> Iterator[Act]:
    ceremony = scenario.ceremony
    host = next(iter(scenario.parties))
    by, guest = sender(scenario, host), sender(scenario, other(scenario, host))
    binding = [find(scenario, code, (roles.HEAD, roles.SIGNATORY)) for code in scenario.parties]
    for name, make in (("alternat", _alternat), ("effect", _effect)):
        yield Act(
            at=initialled_at,
            rank=Rank.CLOSE,
            by=by if name == "alternat" else binding[0] or by,
            kind=name,
            name=name,
            say=record(functools.partial(make, scenario, version)),
            refers=(version,),
        )
        agreeing = guest if name == "alternat" else binding[1] or guest
        yield agreement(name, max(initialled_at + 1, initialled_at), agreeing)
    for original in ceremony.originals:
        for person in original.signatures:
            yield Act(
                at=ceremony.signed_at,
                rank=Rank.CONCLUDE,
                by=person,
                kind="signature",
                name=f"original of {original.kept_by} signed by {person}",
                say=functools.partial(_sign, original.kept_by),
                refers=("alternat",),
            )


async def _sign(kept_by: str, teller: Teller) -> Sent:
    made = concluding.signed(teller.desk, teller.signer, teller.book, teller.header(), kept_by)
    return await teller.say(made)


def _alternat(scenario: Scenario, version: str, teller: Teller) -> AlternatSet:
    ceremony = scenario.ceremony
    return AlternatSet(
        header=teller.header(),
        version=teller.statement(version),
        named_first=named_first(scenario, version),
        originals=tuple(
            Original(kept_by=each.kept_by, parties=each.party_order, languages=each.language_order)
            for each in sorted(ceremony.originals, key=lambda each: each.kept_by)
        ),
        substitutions=tuple(
            Substitution(language=language, old=old, new=new)
            for language in scenario.languages
            for old, new in ceremony.substitutions.get(language, ())
        ),
    )


def named_first(scenario: Scenario, version: str) -> str:
    """Return the party that the text of *version* names first, in its first language.

    The party whose original changes nothing; the first party where the text names nobody.
    """
    text, language = scenario.lineage()[version], scenario.languages[0]
    words = "\n".join(part.words.get(language, "") for part in text.parts)
    places = {
        code: words.find(party.ministry[language]) % (len(words) + 1)
        for code, party in scenario.parties.items()
    }
    return min(places, key=lambda code: places[code])


def _effect(scenario: Scenario, version: str, teller: Teller) -> EffectStated:
    known = scenario.ceremony.effect == "on_signature"
    return EffectStated(
        header=teller.header(),
        version=teller.statement(version),
        effect="on_signature" if known else "on_note",
        instant=0,
    )


def _after(scenario: Scenario, epilogue: Epilogue, number: int) -> Act:
    at = epilogue.effective or _instant(epilogue.at) or scenario.ceremony.signed_at + number
    party = epilogue.party if epilogue.party in scenario.parties else next(iter(scenario.parties))
    suspends = epilogue.kind == SUSPENSION
    by = (suspends and find(scenario, party, (roles.SIGNATORY,))) or sender(scenario, party)
    return Act(
        at=at,
        rank=Rank.CLOSE,
        by=by,
        kind=f"after signature, {epilogue.kind}",
        name=f"epilogue {number}",
        say=record(functools.partial(_suspension if suspends else _event, epilogue, at)),
    )


def _suspension(epilogue: Epilogue, at: int, teller: Teller) -> EffectNoted:
    return EffectNoted(
        header=teller.header(), change="suspends", effective=at, zone="UTC", note=epilogue.note
    )


def _event(epilogue: Epilogue, at: int, teller: Teller) -> EventNoted:
    return EventNoted(header=teller.header(), event=epilogue.kind, at=at, note=epilogue.note)


def _instant(text: str) -> int:
    # A day is enough there: it is its first instant in UTC.
    if not text:
        return 0
    try:
        at = dt.datetime.fromisoformat(text)
    except ValueError:
        raise InputError(
            f"expected a day or an instant in the epilogue, got {text}", code="scenario"
        ) from None
    if at.tzinfo is None:
        at = at.replace(tzinfo=dt.UTC)
    return int(at.timestamp() * 1000)
