"""A scenario as acts in the order in which they are sent. Pure.

A comment that a dispatch carries leaves with that dispatch; all others leave alone, at their own
instant. Whatever a dispatch carries that has no statement of its own yet travels as its name.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Final

from paraph.client.scenario.model import Comment, Dispatch, Receipt, Reply, Scenario, Version
from paraph.protocol import roles
from paraph.protocol.errors import InputError
from paraph.protocol.statements.header import JOINT


@dataclasses.dataclass(frozen=True, slots=True)
class Open:
    """The negotiation is opened, with its title."""

    at: int
    by: str


@dataclasses.dataclass(frozen=True, slots=True)
class Table:
    """A version is sent: the base text whole, a later one as operations."""

    at: int
    by: str
    version: Version


@dataclasses.dataclass(frozen=True, slots=True)
class Confirm:
    """A party confirms a version as the text it knows."""

    at: int
    by: str
    version: str


@dataclasses.dataclass(frozen=True, slots=True)
class Say:
    """A comment, shared or internal."""

    at: int
    by: str
    comment: Comment


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """A reply to a comment."""

    at: int
    by: str
    comment: Comment
    reply: Reply
    number: int


@dataclasses.dataclass(frozen=True, slots=True)
class Dispatched:
    """A dispatch and what it carries."""

    at: int
    by: str
    dispatch: Dispatch


@dataclasses.dataclass(frozen=True, slots=True)
class Acknowledge:
    """A person of the receiver takes a dispatch in charge."""

    at: int
    by: str
    dispatch: str
    receipt: Receipt


Act = Open | Table | Confirm | Say | Answer | Dispatched | Acknowledge

_RANK: Final[dict[type[Act], int]] = {
    Open: 0,
    Table: 1,
    Confirm: 2,
    Say: 3,
    Answer: 4,
    Dispatched: 5,
    Acknowledge: 6,
}
"""Order of acts of one instant: what is referred to stands before what refers to it."""


def acts(scenario: Scenario) -> list[Act]:
    """Return every act of *scenario* that this version of the rules can play, in order.

    Raises:
        InputError: A party has nobody whose role may send its texts.
    """
    found = [*_versions(scenario), *_comments(scenario), *_dispatches(scenario)]
    return sorted(found, key=lambda act: (act.at, _RANK[type(act)]))


def speakers(scenario: Scenario) -> set[str]:
    """Return the ids of everybody who says something in the scenario."""
    return {act.by for act in acts(scenario)}


def sender(scenario: Scenario, party: str) -> str:
    """Return who sends a party's texts and dispatches: its desk officer, or who else may.

    Raises:
        InputError: Nobody may.
    """
    for role in (roles.DESK, roles.HEAD):
        for person in scenario.parties[party].people:
            if person.role == role:
                return person.id
    raise InputError(
        f"expected a desk officer or a head of delegation among the people of {party}",
        code="scenario",
        hint="add one to the party's people: somebody must send its texts",
    )


def _sender_of(scenario: Scenario, author: str) -> str:
    # A joint text is sent by one side and confirmed by the other: here the first party sends.
    party = next(iter(scenario.parties)) if author == JOINT else author
    return sender(scenario, party)


def _versions(scenario: Scenario) -> Iterator[Act]:
    for number, version in enumerate(scenario.versions):
        by = _sender_of(scenario, version.author)
        if number == 0:
            yield Open(version.at, by)
        yield Table(version.at, by, version)
        for party in version.confirmed_by:
            confirming = sender(scenario, party)
            if confirming != by:
                yield Confirm(version.at, confirming, version.id)


def _comments(scenario: Scenario) -> Iterator[Act]:
    carried = {
        name: dispatch.at for dispatch in reversed(scenario.dispatches) for name in dispatch.carries
    }
    for comment in scenario.comments:
        leaves = comment.at if comment.internal else max(comment.at, carried.get(comment.id, 0))
        yield Say(leaves, comment.by, comment)
        for number, reply in enumerate(comment.replies):
            yield Answer(max(leaves, reply.at), reply.by, comment, reply, number)


def _dispatches(scenario: Scenario) -> Iterator[Act]:
    for dispatch in scenario.dispatches:
        yield Dispatched(dispatch.at, _sender_of(scenario, dispatch.author), dispatch)
        if dispatch.receipt is not None:
            receipt = dispatch.receipt
            yield Acknowledge(max(dispatch.at, receipt.at), receipt.by, dispatch.id, receipt)


def named_references(scenario: Scenario) -> list[str]:
    """Return what dispatches carry by name only, because its statements come with negotiating."""
    sent = {version.id for version in scenario.versions}
    sent |= {comment.id for comment in scenario.comments if not comment.internal}
    names = {name for each in scenario.dispatches for name in each.carries if name not in sent}
    return sorted(names)
