"""The schedule of a conference, part by part, as forms fill it in (SPEC 7.14)."""

from __future__ import annotations

import dataclasses
import re

from paraph.client.channel.desk import Desk
from paraph.client.negotiating.conferences import mention, named
from paraph.protocol import roles
from paraph.protocol.errors import InputError
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation.state import Negotiation
from paraph.protocol.sentences import worded
from paraph.protocol.statements.conferences import (
    AgendaItem,
    ConferenceScheduled,
    Delegation,
    Zone,
)
from paraph.protocol.statements.header import ContentHeader, to_mentions


def listed(text: str) -> tuple[str, ...]:
    """Return the words of a list that is parted by commas, semicolons or blanks."""
    return tuple(each for each in re.split("[,;\\s]+", text) if each)


def delegation(code: str, text: str) -> Delegation:
    """Return who takes part for a party: roles of one word, or holder ids.

    Raises:
        InputError: A name was given.
    """
    return named(
        lambda: Delegation(party=code, people=listed(text)),
        worded(
            "roles, for example %(role)s, or holder ids: no names", role=roles.named(roles.HEAD)
        ),
    )


def zone(code: str, text: str) -> Zone:
    """Return the clock of a party: ``+03:00 MSK``.

    Raises:
        InputError: It is no offset with the name of its zone.
    """
    offset, _, label = text.strip().partition(" ")
    return named(
        lambda: Zone(party=code, offset=offset, label=label.strip()),
        worded('the offset from UTC on that day with the name of the zone, as "+03:00 MSK"'),
    )


def item(
    desk: Desk,
    talks: Negotiation,
    n: int,
    title: str,
    about: str,
    *,
    minutes: str = "",
    owner: str = "",
) -> AgendaItem:
    """Return a point of an agenda.

    Args:
        desk: Whose.
        talks: The negotiation.
        n: Its number.
        title: What it is about, in words.
        about: Clauses and proposals that it takes up, as a list: ids of clauses are known by the
            head; everything else is a mention (P-3, #12, or a name).
        minutes: Minutes meant for it, as typed.
        owner: Who opens it.

    Raises:
        InputError: Something is out of its bounds.
    """
    heads = (talks.versions.get(head) for head in talks.heads)
    known = {part.cid for head in heads if head is not None for part in head.text.parts}
    names = listed(about)
    if minutes and not re.fullmatch("[0-9]{1,4}", minutes):
        raise InputError(worded('expected minutes as a number, got "%(minutes)s"', minutes=minutes))
    return named(
        lambda: AgendaItem(
            n=n,
            title=title,
            clauses=tuple(each for each in names if each in known),
            proposals=to_mentions(
                mention(desk, talks, each) for each in names if each not in known
            ),
            minutes=int(minutes or 0),
            owner=owner,
        ),
        worded("a title of one line"),
    )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A conference as somebody plans it.

    Attributes:
        name: As VC-2; given once in a negotiation.
        at: Start, POSIX ms.
        duration_min: Minutes meant for it; 0 if not said.
        host: Party that hosts it; empty if none.
        chair: Who chairs, in a word.
        interpretation: As en-ru.
        delegations: Who takes part.
        zones: The clocks of the parties.
        basis: The version on the table; zeros = none.
        agenda: Its points.
        replaces: Schedule in force that this is to replace; zeros = none.
    """

    name: str
    at: int
    duration_min: int = 0
    host: str = ""
    chair: str = ""
    interpretation: tuple[str, ...] = ()
    delegations: tuple[Delegation, ...] = ()
    zones: tuple[Zone, ...] = ()
    basis: bytes = ZERO
    agenda: tuple[AgendaItem, ...] = ()
    replaces: bytes = ZERO


def announced(header: ContentHeader, plan: Plan) -> ConferenceScheduled:
    """Return the record that announces a conference, or asks to change one.

    Raises:
        InputError: Something is out of its bounds.
    """
    return named(
        lambda: ConferenceScheduled(
            header=header,
            name=plan.name,
            at=plan.at,
            duration_min=plan.duration_min,
            host=plan.host,
            chair=plan.chair,
            interpretation=plan.interpretation,
            participants=tuple(sorted(plan.delegations)),
            zones=tuple(sorted(plan.zones)),
            basis=plan.basis,
            agenda=tuple(sorted(plan.agenda)),
            replaces=plan.replaces,
        ),
        worded("a name as VC-2, and a start"),
    )
