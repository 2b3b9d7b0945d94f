"""Conferences: schedule, outcomes, actions (SPEC 7.14)."""

from typing import Any

import pytest

from paraph.protocol.errors import MalformedError
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation.actions import ActionStanding, standing_of
from paraph.protocol.negotiation.agenda import Point, draw
from paraph.protocol.negotiation.matrix import matrix
from paraph.protocol.negotiation.state import Conference
from paraph.protocol.negotiation.state.conferences import conference_key
from paraph.protocol.schema import Record
from paraph.protocol.statements.conferences import (
    ActionReported,
    ConferenceScheduled,
    Delegation,
    Due,
    Outcome,
    Zone,
)
from paraph.protocol.statements.header import NamedMention, StatementMention, to_wordings
from paraph.protocol.statements.versions import NO_NOTES, Replace
from tests.support import conferences as vc
from tests.support import negotiating as talk
from tests.support import proposals as offers
from tests.support import side_documents as side
from tests.support.conferences import AT, HOUR
from tests.support.negotiating import GONE, Channel, talking
from tests.support.standing import recalled


def conference(channel: Channel, name: str = "VC-2") -> Conference:
    found = channel.talks.conferences.get(conference_key(name))
    assert found is not None
    return found


def standing(channel: Channel, action: bytes, log_time: int = 0) -> ActionStanding:
    found = channel.talks.actions.get(action)
    assert found is not None
    return standing_of(channel.talks, found, log_time)


# ------------------------------------------------------------------ schedule


def test_a_conference_stands_as_announced_and_is_counted() -> None:
    channel, version, _ = talking()
    agenda = (vc.item(clauses=("c-one", "end"), owner="joint"), vc.item(2, owner="RUS"))
    said = vc.scheduled(basis=version, agenda=agenda)
    first = channel.applies(said)
    second = channel.applies(vc.scheduled("VC-3"), "RUS")
    assert conference(channel) == Conference(first, 2, "USA", 1, said, first)
    assert conference(channel, "VC-3").number == 2
    assert conference(channel, "VC-3").statement == second


def test_a_change_takes_effect_when_the_other_party_agrees_and_not_before() -> None:
    channel, _, _ = talking()
    first = channel.applies(vc.scheduled())
    later = vc.scheduled(at=AT + HOUR, replaces=first)
    change = channel.applies(later, "RUS")
    assert conference(channel).schedule.at == AT
    channel.applies(side.agreed(change), "USA")
    assert conference(channel).schedule == later
    assert (conference(channel).statement, conference(channel).schedule_id) == (first, change)


def test_agreeing_to_the_announcement_itself_changes_nothing() -> None:
    channel, _, _ = talking()
    first = channel.applies(vc.scheduled())
    before = conference(channel)
    channel.applies(side.agreed(first), "RUS")
    assert conference(channel) == before


def test_of_two_changes_the_first_agreed_wins_and_the_other_is_refused() -> None:
    channel, _, _ = talking()
    first = channel.applies(vc.scheduled())
    ours = channel.applies(vc.scheduled(at=AT + HOUR, replaces=first))
    theirs = channel.applies(vc.scheduled(at=AT - HOUR, replaces=first), "RUS")
    channel.applies(side.agreed(theirs), "USA")
    assert channel.refuses(side.agreed(ours), "RUS") == "schedule-replaced"
    assert conference(channel).schedule.at == AT - HOUR
    assert channel.refuses(vc.scheduled(replaces=first)) == "schedule-replaced"


def test_in_an_internal_channel_a_change_takes_effect_as_it_is_said() -> None:
    channel = Channel(("USA",))
    parts: dict[str, Any] = {"host": "", "participants": (), "zones": ()}
    first = channel.applies(vc.scheduled(basis=GONE, **parts))
    channel.applies(vc.scheduled(at=AT + HOUR, replaces=first, **parts))
    assert conference(channel).schedule.at == AT + HOUR


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"host": "XX"}, "unknown-party"),
        ({"zones": (Zone(party="XX", offset="+00:00", label="UTC"),)}, "unknown-party"),
        ({"participants": (Delegation(party="XX", people=()),)}, "unknown-party"),
        ({"agenda": (vc.item(owner="XX"),)}, "unknown-party"),
        ({"basis": GONE}, "unknown-version"),
        ({"agenda": (vc.item(clauses=("c-one",)),)}, "unknown-version"),
        (
            {"agenda": (vc.item(proposals=(StatementMention(statement=GONE),)),)},
            "unknown-statement",
        ),
        ({"replaces": GONE}, "unknown-conference"),
    ],
)
def test_a_schedule_that_names_what_is_not_there_is_refused(
    changes: dict[str, Any], code: str
) -> None:
    channel, _, _ = talking()
    assert channel.refuses(vc.scheduled(**changes)) == code


def test_an_agenda_names_clauses_of_the_instrument_on_the_table() -> None:
    channel, version, _ = talking()
    nowhere = (vc.item(clauses=("c-nowhere",)),)
    assert channel.refuses(vc.scheduled(basis=version, agenda=nowhere)) == "unknown-clause"
    letter = channel.applies(side.begun(channel.applies(side.opened())))
    assert channel.refuses(vc.scheduled(basis=letter)) == "document-differs"


def test_a_name_is_given_once() -> None:
    channel, _, _ = talking()
    channel.applies(vc.scheduled())
    assert channel.refuses(vc.scheduled(at=AT + HOUR), "RUS") == "conference-exists"


@pytest.mark.parametrize(
    ("made", "changes"),
    [
        (vc.scheduled(), {"at": 0}),
        (vc.scheduled(), {"name": "\u0412\u0421-2"}),
        (vc.ZONES[0], {"offset": "+15:00"}),
        (vc.ZONES[0], {"offset": "3"}),
        (Delegation(party="USA", people=()), {"people": ["John Smith"]}),
        (vc.outcome(), {"cid": ""}),
        (vc.outcome(), {"proposal": [NamedMention(name="P-1").to_map()]}),
        (vc.by(AT), {"conference": "VC-3"}),
        (vc.by(AT), {"at": 0}),
        (vc.report(GONE), {"at": 0}),
        (vc.report(GONE), {"action": ZERO}),
        (vc.report(GONE), {"ending": "carried"}),
        (vc.report(GONE), {"due": [vc.by(AT).to_map()]}),
    ],
    ids=lambda each: each.KIND if isinstance(each, Record) else "-".join(each),
)
def test_what_makes_no_sense_is_malformed(made: Record, changes: dict[str, Any]) -> None:
    type(made).from_map(made.to_map())
    with pytest.raises(MalformedError):
        type(made).from_map({**made.to_map(), **changes})


# ------------------------------------------------------------------ outcomes


def beside() -> tuple[Channel, bytes]:
    channel, version, _ = talking()
    channel.applies(vc.scheduled(basis=version))
    return channel, version


def test_outcomes_are_kept_with_the_words_they_are_about_and_wait_for_the_other_party() -> None:
    channel, version = beside()
    said = vc.outcomes(vc.outcome(understanding=to_wordings({"en": "From first knowledge."})))
    statement = channel.applies(said)
    kept = channel.talks.outcomes.get(statement)
    assert kept is not None
    assert (kept.content, kept.version, kept.party) == (said, version, "USA")


def test_without_a_basis_outcomes_are_about_the_last_head() -> None:
    channel, version, _ = talking()
    channel.applies(vc.scheduled())
    statement = channel.applies(vc.outcomes())
    kept = channel.talks.outcomes.get(statement)
    assert kept is not None
    assert kept.version == version


@pytest.mark.parametrize(
    ("item", "code"),
    [
        (vc.outcome("c-nowhere"), "unknown-clause"),
        (vc.outcome(result="reserved_by_XX"), "unknown-party"),
        (vc.outcome(result="reserved_by_"), "unknown-party"),
        (vc.outcome(understanding=to_wordings({"fr": "Oui"})), "unknown-language"),
        (
            vc.outcome("", proposal=(StatementMention(statement=GONE),)),
            "unknown-statement",
        ),
    ],
)
def test_an_outcome_on_what_is_not_there_is_refused(item: Outcome, code: str) -> None:
    channel, _ = beside()
    assert channel.refuses(vc.outcomes(item)) == code


def test_outcomes_are_of_a_conference_that_was_announced() -> None:
    channel, _ = beside()
    assert channel.refuses(vc.outcomes(conference="VC-9")) == "unknown-conference"


def test_outcomes_before_any_text_are_about_proposals_alone() -> None:
    channel = Channel()
    channel.applies(talk.opened())
    channel.applies(vc.scheduled())
    assert channel.refuses(vc.outcomes()) == "unknown-version"
    on = vc.outcome("", "not_accepted", proposal=(NamedMention(name="P-13"),))
    assert channel.refuses(vc.outcomes(vc.outcome(), on)) == "unknown-version"
    statement = channel.applies(vc.outcomes(on))
    kept = channel.talks.outcomes.get(statement)
    assert kept is not None
    assert kept.version == ZERO


def test_notes_on_a_conference_may_be_about_clauses_of_another_channel() -> None:
    channel = Channel(("USA",))
    channel.applies(vc.scheduled(host="", participants=(), zones=()))
    channel.applies(vc.outcomes())


# ------------------------------------------------------------------ actions


def test_actions_are_numbered_and_open_until_their_date_is_past_in_log_time() -> None:
    channel, _ = beside()
    first = channel.applies(vc.action(due=AT))
    second = channel.applies(vc.action("joint", conference="VC-2"), "RUS")
    found = [channel.talks.actions.get(each) for each in (first, second)]
    assert [each.number for each in found if each] == [1, 2]
    assert standing(channel, first, AT) == ActionStanding("open", late=False, due_at=AT)
    assert standing(channel, first, AT + 1) == ActionStanding("late", late=True, due_at=AT)


@pytest.mark.parametrize(("at", "late"), [(AT, False), (AT + 1, True)])
def test_what_is_done_is_late_by_the_instant_of_its_report(at: int, *, late: bool) -> None:
    channel, _ = beside()
    action = channel.applies(vc.action(due=AT))
    channel.applies(vc.report(action, at=at))
    assert standing(channel, action, AT + HOUR) == ActionStanding("done", late, AT)


def test_an_action_may_be_due_by_a_conference_that_is_not_scheduled_yet() -> None:
    channel, _ = beside()
    action = channel.applies(vc.action(due="VC-3"))
    assert standing(channel, action, AT * 2) == ActionStanding("open", late=False, due_at=0)
    first = channel.applies(vc.scheduled("VC-3", at=AT + HOUR))
    assert standing(channel, action, AT + HOUR) == ActionStanding("open", False, AT + HOUR)
    assert standing(channel, action, AT + HOUR + 1).word == "late"
    moved = channel.applies(vc.scheduled("VC-3", at=AT + 3 * HOUR, replaces=first))
    assert standing(channel, action, AT + 2 * HOUR).word == "late"
    channel.applies(side.agreed(moved), "RUS")
    assert standing(channel, action, AT + 2 * HOUR).word == "open"


def test_what_is_carried_is_open_to_its_new_date_until_it_is_done() -> None:
    channel, _ = beside()
    action = channel.applies(vc.action(due=AT))
    channel.applies(vc.report(action, "carried", due=AT + HOUR))
    assert standing(channel, action, AT + 1) == ActionStanding("carried", False, AT + HOUR)
    assert standing(channel, action, AT + HOUR + 1).word == "late"
    channel.applies(vc.report(action, "carried", due="VC-3"))
    assert standing(channel, action, AT * 2).word == "carried"
    channel.applies(vc.report(action, at=AT * 2))
    assert standing(channel, action).word == "done"
    found = channel.talks.actions.get(action)
    assert found is not None
    assert found.carried == 2


def test_what_events_have_overtaken_is_never_late() -> None:
    channel, _ = beside()
    action = channel.applies(vc.action(due=AT))
    channel.applies(vc.report(action, "overtaken", at=AT + HOUR))
    assert standing(channel, action, AT + HOUR) == ActionStanding("overtaken", False, AT)


@pytest.mark.parametrize("ending", ["done", "overtaken"])
def test_what_is_over_is_reported_once(ending: str) -> None:
    channel, _ = beside()
    action = channel.applies(vc.action())
    channel.applies(vc.report(action, ending))
    assert channel.refuses(vc.report(action, "carried", due=AT)) == "closed-before"


def test_the_owner_reports_and_both_own_what_is_joint() -> None:
    channel, _ = beside()
    ours, joint = channel.applies(vc.action()), channel.applies(vc.action("joint"))
    assert channel.refuses(vc.report(ours), "RUS") == "not-owner"
    channel.applies(vc.report(joint), "RUS")
    channel.applies(vc.report(ours), "USA", "desk_officer")
    assert channel.refuses(vc.report(GONE)) == "unknown-action"


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"conference": "VC-9"}, "unknown-conference"), ({"owner": "XX"}, "unknown-party")],
)
def test_an_action_of_nobody_or_of_no_conference_is_refused(
    changes: dict[str, Any], code: str
) -> None:
    channel, _ = beside()
    assert channel.refuses(vc.action(**changes)) == code


def test_an_action_may_be_agreed_to_by_its_owner() -> None:
    channel, _ = beside()
    channel.applies(side.agreed(channel.applies(vc.action("RUS"))), "RUS")


def test_a_linguist_may_set_an_action_and_schedules_nothing() -> None:
    channel, _ = beside()
    role = "linguist"
    channel.applies(vc.action(header=talk.header(role)), "USA", role)
    said: tuple[Any, ...] = (vc.scheduled("VC-3"), vc.outcomes())
    for each in said:
        made = type(each)(**{**vars(each), "header": talk.header(role)})
        assert channel.refuses(made, "USA", role) == "role"


def test_names_of_records_are_as_they_are_written_here() -> None:
    assert ConferenceScheduled.KIND == "conference-scheduled"
    assert ActionReported.KIND == "action-reported"
    assert Due.KIND == "due"


# ------------------------------------------------------------------ positions that follow


def marks(channel: Channel, version: bytes) -> dict[str, dict[str, str]]:
    found = channel.version_of(version)
    rows = matrix(channel.state, channel.talks, found)
    return {cid: {party: mark.said for party, mark in row.items()} for cid, row in rows.items()}


def test_outcomes_set_positions_when_both_stand_behind_them_and_not_before() -> None:
    channel, version = beside()
    recorded = channel.applies(
        vc.outcomes(
            vc.outcome("c-one"),
            vc.outcome("c-two", "reserved_by_RUS"),
            vc.outcome("end", "bracketed"),
            vc.outcome("", "agreed_ad_ref", proposal=(NamedMention(name="P-1"),)),
        )
    )
    nothing = {"RUS": "none", "USA": "none"}
    assert set(map(str, marks(channel, version).values())) == {str(nothing)}
    channel.applies(side.agreed(recorded), "RUS")
    after = marks(channel, version)
    assert after["c-one"] == {"RUS": "ad_referendum", "USA": "ad_referendum"}
    assert after["c-two"] == {"RUS": "reserve", "USA": "none"}
    assert after["end"] == after["title"] == nothing


def test_positions_from_a_conference_are_on_the_words_that_lay_on_the_table() -> None:
    channel, version = beside()
    found = channel.version_of(version)
    words = to_wordings({"en": "We meet.", "ru": "Мы встречаемся."})
    changed = talk.child(found.text, version, Replace(cid="c-one", texts=words, notes=NO_NOTES))
    later = channel.applies(changed)
    channel.applies(side.agreed(channel.applies(vc.outcomes())), "RUS")
    made = channel.version_of(later)
    row = matrix(channel.state, channel.talks, made)["c-one"]
    assert [mark.value for mark in row.values()] == ["confirm", "confirm"]


# ------------------------------------------------------------------ agenda


def drawn(channel: Channel, version: bytes) -> dict[str, Point]:
    found = channel.version_of(version)
    return {point.why: point for point in draw(channel.state, channel.talks, found)}


def test_an_agenda_takes_up_what_stands_open_each_clause_once() -> None:
    channel, version, text = talking()
    words = to_wordings({"en": "[USA: We] meet.", "ru": "[USA: Мы] встречаемся."})
    changed = talk.child(text, version, Replace(cid="c-one", texts=words, notes=NO_NOTES))
    head = channel.applies(changed)
    head_role = "head_of_delegation"
    for party in ("USA", "RUS"):
        channel.applies(
            offers.taken(head, {"end": "agree", "title": "ad_referendum"}, role=head_role),
            party,
            head_role,
        )
    channel.applies(offers.taken(head, {"c-two": "reserve", "c-one": "reserve"}), "RUS")
    points = drawn(channel, head)
    assert points["bracketed"].clauses == ("c-one",)
    assert points["reserved"].clauses == ("c-two",)
    assert set(points) == {"bracketed", "reserved"}


def test_an_agenda_takes_up_proposals_and_questions_without_an_answer() -> None:
    channel, version, _ = talking()
    first = channel.applies(offers.made())
    second = channel.applies(offers.made("c-two"), "RUS")
    over = channel.applies(offers.made())
    channel.applies(offers.answered(over, "withdrawn"))
    asked = channel.applies(talk.comment())
    alone = channel.applies(talk.comment())
    channel.applies(talk.comment(in_reply_to=alone, comment_kind="answer"))  # by oneself
    answered = channel.applies(talk.comment())
    channel.applies(talk.comment(in_reply_to=answered, comment_kind="answer"), "RUS")
    closed = channel.applies(talk.comment())
    channel.applies(talk.comment(resolves=closed, in_reply_to=closed), "USA")
    dodged = channel.applies(talk.comment())
    reply = channel.applies(talk.comment(in_reply_to=dodged, comment_kind="answer"), "RUS")
    channel.applies(recalled(reply), "RUS")
    channel.applies(talk.comment(comment_kind="statement"))
    points = drawn(channel, version)
    assert points["proposal"].statements == (first, second)
    assert points["question"].statements == (asked, alone, dodged)
    assert points["position"].clauses == ("title", "c-one", "c-two", "end")


# ------------------------------------------------------------------ taken back


@pytest.mark.parametrize("what", ["change", "outcomes", "action"])
def test_what_the_other_side_has_not_built_on_can_be_taken_back(what: str) -> None:
    channel, _, subject = said_by_usa(what)
    channel.applies(recalled(subject))
    assert channel.refuses(side.agreed(subject), "RUS") == "recalled"


@pytest.mark.parametrize("what", ["change", "outcomes", "action"])
def test_what_the_other_side_agreed_to_stays(what: str) -> None:
    channel, _, subject = said_by_usa(what)
    channel.applies(side.agreed(subject), "RUS")
    assert channel.refuses(recalled(subject)) == "built-on"


def said_by_usa(what: str) -> tuple[Channel, bytes, bytes]:
    channel, version, _ = talking()
    first = channel.applies(vc.scheduled(basis=version))
    said: dict[str, Any] = {
        "change": vc.scheduled(at=AT + HOUR, replaces=first),
        "outcomes": vc.outcomes(),
        "action": vc.action("RUS"),
    }
    return channel, first, channel.applies(said[what])


def test_an_action_that_was_reported_and_a_conference_that_stands_are_not_taken_back() -> None:
    channel, first, action = said_by_usa("action")
    assert channel.refuses(recalled(first)) == "built-on"
    channel.applies(vc.report(action), "RUS")
    assert channel.refuses(recalled(action)) == "built-on"


def test_nothing_is_reported_on_an_action_that_was_taken_back() -> None:
    channel, _, action = said_by_usa("action")
    channel.applies(recalled(action))
    assert channel.refuses(vc.report(action), "RUS") == "recalled"


def test_outcomes_without_a_position_set_none() -> None:
    channel, version = beside()
    bracketed = channel.applies(vc.outcomes(vc.outcome(result="bracketed")))
    channel.applies(side.agreed(bracketed), "RUS")
    assert marks(channel, version)["c-one"] == {"RUS": "none", "USA": "none"}
