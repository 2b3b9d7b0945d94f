"""Conferences as a desk announces, records and shows them (SPEC 7.14)."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, TypeVar

from paraph.client.channel import views
from paraph.client.channel.desk import Desk
from paraph.client.writing import blocks
from paraph.client.writing.blocks import Block
from paraph.protocol.errors import InputError, MisuseError
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation.actions import ActionStanding, standing_of
from paraph.protocol.negotiation.joint import agreeing, is_agreed
from paraph.protocol.negotiation.state import (
    Action,
    Conference,
    Negotiation,
    Outcomes,
    SideDocument,
)
from paraph.protocol.negotiation.state.conferences import conference_key
from paraph.protocol.sentences import Sentence, worded
from paraph.protocol.statements.conferences import (
    MOST_PEOPLE,
    ActionReported,
    ActionSet,
    AgendaItem,
    ConferenceScheduled,
    Delegation,
    Due,
    Outcome,
    OutcomesRecorded,
    Zone,
)
from paraph.protocol.statements.header import (
    ContentHeader,
    Mention,
    NamedMention,
    StatementMention,
    to_mentions,
    to_wordings,
)

T = TypeVar("T")

SCHEMA: Final = "paraph-conference/1"
HEAD: Final = "head"

EXAMPLE: Final = """\
# What `paraph vc schedule FILE` reads. `paraph vc agenda --draft` draws one from the open points.
schema: paraph-conference/1
name: VC-2                       # given once in a negotiation
at: 2015-10-10T14:00:00Z
duration_min: 90
host: USA
chair: alternating               # a party's code, or a word
interpretation: [en-ru, ru-en]
participants:                    # roles, or opaque holder ids: no names
  RUS: [head_of_delegation, desk_officer, legal_adviser, linguist]
  USA: [head_of_delegation, desk_officer]
zones:                           # offset from UTC on that day, then the name of the zone
  RUS: "+03:00 MSK"
  USA: "-04:00 EDT"
basis: head                      # the version on the table: head, an entry, or nothing
agenda:
  - {n: 1, title: Remaining brackets, clauses: [distance], minutes: 40, owner: USA}
  - {n: 2, title: Next steps}
"""

KIND: Final = blocks.Kind(
    most_bytes=1024 * 1024,
    hint="paraph vc schedule --example shows every field",
    excess=lambda message: InputError(message, hint="a shorter agenda will do"),
)


# ------------------------------------------------------------------ records


def scheduled(
    desk: Desk, talks: Negotiation, header: ContentHeader, top: Block, *, change: bool
) -> ConferenceScheduled:
    """Return the record that announces the conference of a file, or asks to change it.

    Args:
        desk: Whose.
        talks: The negotiation.
        header: The common header.
        top: The file.
        change: It is to replace the schedule in force.

    Raises:
        InputError: With the place and what was expected there.
    """
    top.word("schema", [SCHEMA], SCHEMA)
    name = top.pattern("name", "[A-Za-z0-9][A-Za-z0-9._-]{0,31}", "a name as VC-2")
    replaces = find(talks, name).schedule_id if change else ZERO
    basis = top.maybe_text("basis")
    participants = top.mapping("participants", _delegation)
    zones = top.mapping("zones", _zone)
    made = top.record(
        lambda: ConferenceScheduled(
            header=header,
            name=name,
            at=_instant(top, "at"),
            duration_min=top.integer("duration_min", 0),
            host=top.maybe_text("host"),
            chair=top.label("chair"),
            interpretation=top.texts("interpretation", needed=False, most=16),
            participants=tuple(sorted(participants.values())),
            zones=tuple(sorted(zones.values())),
            basis=_basis(desk, talks, basis),
            agenda=_agenda(top, desk, talks),
            replaces=replaces,
        )
    )
    top.close()
    return made


def _instant(top: Block, name: str) -> int:
    try:
        return blocks.instant(top.text(name))  # in quotes or not: JSON knows no instants
    except ValueError as error:
        top.fail(name, error.args[0])


def _delegation(block: Block, code: str) -> Delegation:
    try:
        return Delegation(party=code, people=block.texts(code, most=MOST_PEOPLE))
    except MisuseError:
        block.fail(code, "expected a party's code, and roles of one word or holder ids: no names")


def _zone(block: Block, code: str) -> Zone:
    offset, _, label = block.text(code).partition(" ")
    try:
        return Zone(party=code, offset=offset, label=label)
    except MisuseError:
        block.fail(code, 'expected a party\'s code, and the offset with its name, as "+03:00 MSK"')


def _basis(desk: Desk, talks: Negotiation, text: str) -> bytes:
    if text == HEAD:
        return talks.heads[-1] if talks.heads else ZERO
    return views.find(desk, text).id if text else ZERO


def _agenda(top: Block, desk: Desk, talks: Negotiation) -> tuple[AgendaItem, ...]:
    def item(block: Block) -> AgendaItem:
        return block.record(
            lambda: AgendaItem(
                n=block.integer("n"),
                title=block.text("title"),
                clauses=block.texts("clauses", needed=False),
                proposals=to_mentions(
                    mention(desk, talks, each) for each in block.texts("proposals", needed=False)
                ),
                minutes=block.integer("minutes", 0),
                owner=block.maybe_text("owner"),
            )
        )

    return tuple(sorted(top.each("agenda", item, needed=False)))


def mention(desk: Desk, talks: Negotiation, text: str) -> Mention:
    """Return what *text* names: a proposal (P-3), an entry (#12), or something by its name.

    Raises:
        InputError: There is no such entry, or no such name can be.
    """
    if re.fullmatch("#[0-9]{1,15}|[0-9a-f]{8,64}", text):
        return StatementMention(statement=views.find(desk, text).id)
    for statement, proposal in talks.proposals.items():
        if proposal.name == text:
            return StatementMention(statement=statement)
    return named(lambda: NamedMention(name=text), worded("a name of at most 64 characters"))


def named(make: Callable[[], T], expected: Sentence) -> T:
    """Return what *make* makes of words of the user's.

    Raises:
        InputError: It is out of its bounds.
    """
    try:
        return make()
    except MisuseError as error:
        raise InputError(
            worded("expected %(expected)s: %(why)s", expected=expected, why=error.words)
        ) from error


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One outcome as a person gives it.

    Attributes:
        cid: Clause; empty for a proposal.
        proposal: What names the proposal; empty for a clause.
        result: agreed_ad_ref, bracketed, reserved_by_XXX, not_accepted, or another word.
        understanding: What was understood, by language.
    """

    cid: str = ""
    proposal: str = ""
    result: str
    understanding: Mapping[str, str] = dataclasses.field(default_factory=dict)


def recorded(
    desk: Desk,
    talks: Negotiation,
    header: ContentHeader,
    conference: str,
    results: Sequence[Result],
    *,
    held_at: int = 0,
) -> OutcomesRecorded:
    """Return the record of what a conference came to.

    Args:
        desk: Whose.
        talks: The negotiation.
        header: The common header.
        conference: Its name.
        results: Its outcomes.
        held_at: When it was held, POSIX ms; 0 = as scheduled.

    Raises:
        InputError: No such conference, or something is out of its bounds.
    """

    def outcome(each: Result) -> Outcome:
        return Outcome(
            cid=each.cid,
            proposal=(mention(desk, talks, each.proposal),) if each.proposal else (),
            result=each.result,
            understanding=to_wordings(each.understanding),
        )

    expected = worded("a clause or a proposal, and its result")
    items = tuple(named(functools.partial(outcome, each), expected) for each in results)
    found = find(talks, conference)
    return named(
        lambda: OutcomesRecorded(
            header=header,
            conference=conference,
            held_at=held_at or found.schedule.at,
            items=items,
        ),
        worded("at least one outcome"),
    )


def due(text: str, option: str) -> Due:
    """Return the date that *text* is: an instant with its zone, or the name of a conference.

    Raises:
        InputError: Neither.
    """
    if not re.match("[0-9]{4}-[0-9]{2}-", text):
        return named(
            lambda: Due(at=0, conference=text),
            worded("%(option)s INSTANT or the name of a vc", option=option),
        )
    try:
        return Due(at=blocks.instant(text), conference="")
    except ValueError as error:
        raise InputError(worded("%(option)s: %(why)s", option=option, why=str(error))) from error


def action_set(
    header: ContentHeader, what: str, owner: str, by: Due, conference: str = ""
) -> ActionSet:
    """Return the record of what somebody is to do.

    Raises:
        InputError: Something is out of its bounds.
    """
    return named(
        lambda: ActionSet(header=header, conference=conference, owner=owner, what=what, due=by),
        worded("an owner (a party's code, or joint) and what is to be done"),
    )


def reported(
    header: ContentHeader,
    action: Action,
    ending: str,
    *,
    at: int = 0,
    note: str = "",
    by: Due | None = None,
) -> ActionReported:
    """Return the record of what became of an action; at the claimed instant if none is given.

    Raises:
        InputError: Carried to no date, or a date without carrying.
    """
    return named(
        lambda: ActionReported(
            header=header,
            action=action.statement,
            ending=ending,
            at=at or header.dated,
            note=note,
            due=(by,) if by else (),
        ),
        worded("a new date with what is carried over, and only there"),
    )


# ------------------------------------------------------------------ finding and reading


def find(talks: Negotiation, name: str) -> Conference:
    """Return the conference *name*.

    Raises:
        InputError: There is none.
    """
    found = talks.conferences.get(conference_key(name))
    if found is None:
        raise InputError(
            worded("no conference %(name)s was announced", name=name),
            code="unknown-conference",
            hint="paraph vc list shows them; paraph vc schedule announces one",
        )
    return found


def find_action(desk: Desk, talks: Negotiation, text: str) -> Action:
    """Return the action that *text* names: A-n, or what names its entry.

    Raises:
        InputError: There is none.
    """
    number = re.fullmatch("A-([0-9]{1,9})", text)
    if number:
        every = (each for _, each in talks.actions.items())
        found = next((each for each in every if each.number == int(number[1])), None)
    else:
        found = talks.actions.get(views.find(desk, text).id)
    if found is None:
        raise InputError(
            worded("no action %(text)s was set", text=text),
            code="unknown-action",
            hint="paraph vc actions shows them",
        )
    return found


def conferences(talks: Negotiation) -> list[Conference]:
    """Return the conferences of a negotiation by their start."""
    found = (each for _, each in talks.conferences.items())
    return sorted(found, key=lambda each: (each.schedule.at, each.number))


def changes(talks: Negotiation, conference: Conference) -> int:
    """Return how often the schedule of *conference* was changed."""
    count, schedule = 0, conference.schedule
    while schedule.replaces != ZERO:
        earlier = talks.schedules.get(schedule.replaces)
        assert earlier is not None  # a change names a schedule that stands
        count, schedule = count + 1, earlier
    return count


def waiting(talks: Negotiation, conference: Conference) -> Iterator[tuple[bytes, int]]:
    """Yield the changes of *conference* that wait for agreement: statement, and new start."""
    for statement, schedule in talks.schedules.items():
        if schedule.replaces == conference.schedule_id and statement not in talks.recalled:
            yield statement, schedule.at


def outcomes_of(talks: Negotiation, name: str) -> list[Outcomes]:
    """Return the outcomes recorded of the conference *name*, in the order of the log."""
    found = (each for _, each in talks.outcomes.items() if each.content.conference == name)
    standing = (each for each in found if each.statement not in talks.recalled)
    return sorted(standing, key=lambda each: each.index)


def behind(desk: Desk, talks: Negotiation, statement: bytes) -> tuple[list[str], bool]:
    """Return the parties behind a joint act, and whether that is all of them."""
    state = desk.state
    return sorted(agreeing(state, talks, statement)), is_agreed(state, talks, statement)


def minutes_of(talks: Negotiation, name: str) -> SideDocument | None:
    """Return the minutes of the conference *name* that were opened last; nothing if none were."""
    found = (
        each
        for _, each in talks.side_documents.items()
        if each.content.conference == name and each.content.document_kind == "agreed_minutes"
    )
    return max(found, key=lambda each: each.number, default=None)


def actions(
    talks: Negotiation, log_time: int, *, conference: str = "", owner: str = ""
) -> list[tuple[Action, ActionStanding]]:
    """Return actions with how they stand at *log_time*, by number.

    Args:
        talks: The negotiation.
        log_time: Where the log's time stands, POSIX ms.
        conference: Only those that this conference set, or that are due by it.
        owner: Only those of this party, joint ones among them.
    """
    found = sorted((each for _, each in talks.actions.items()), key=lambda each: each.number)
    return [
        (each, standing_of(talks, each, log_time))
        for each in found
        if each.statement not in talks.recalled
        and conference in ("", each.content.conference, each.due.conference)
        and (not owner or each.content.owner in (owner, "joint"))
    ]
