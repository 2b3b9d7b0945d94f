"""When a text is in effect, suspended and ended, and its phases until then (SPEC 7.17)."""

import dataclasses

from paraph.protocol.negotiation.phase import Phase, phase
from paraph.protocol.statements.clear import Heartbeat
from paraph.protocol.statements.conclusion import EffectStated
from tests.support.concluding import (
    DAY,
    HEAD,
    NOW,
    SIGNATORY,
    Ceremony,
    agreed,
    effect,
    effect_noted,
    event,
    position,
)
from tests.support.negotiating import Channel, child, clause, header, opened, tabled

# ---------------------------------------------------------------------------- effect


def beat(channel: Channel, dated: int) -> None:
    size = channel.state.size
    channel.hears(Heartbeat(dated=dated, verified=size, held=size), log_time=dated)


def agree_effect(channel: Ceremony, content: EffectStated) -> None:
    stated = channel.applies(content, "USA", HEAD)
    channel.applies(agreed(stated), "RUS", HEAD)


def test_the_text_is_in_effect_from_the_last_signature_on() -> None:
    channel = Ceremony()
    agree_effect(channel, effect(channel.head.statement))
    beat(channel, NOW)
    channel.signed()
    assert phase(channel.state, channel.talks) == Phase("in_effect", since=NOW)


def test_what_one_party_says_of_the_effect_is_no_effect() -> None:
    channel = Ceremony()
    channel.applies(effect(channel.head.statement), "USA", HEAD)
    channel.signed()
    assert phase(channel.state, channel.talks) == Phase("signed")


def test_the_effect_is_agreed_by_those_who_may_bind_their_party() -> None:
    channel = Ceremony()
    stated = channel.applies(effect(channel.head.statement), "USA", HEAD)
    assert channel.refuses(agreed(stated, "desk_officer"), "RUS") == "role"
    channel.applies(agreed(stated), "RUS", HEAD)


def test_the_text_is_in_effect_from_an_instant_of_log_time_on() -> None:
    channel = Ceremony()
    agree_effect(channel, effect(channel.head.statement, "at_instant", NOW + DAY))
    beat(channel, NOW)
    channel.signed()
    assert phase(channel.state, channel.talks) == Phase("signed")
    beat(channel, NOW + DAY)
    assert phase(channel.state, channel.talks) == Phase("in_effect", since=NOW + DAY)


def test_the_text_is_in_effect_by_notes_of_both_parties() -> None:
    channel = Ceremony()
    agree_effect(channel, effect(channel.head.statement, "on_note"))
    beat(channel, NOW)
    channel.signed()
    channel.applies(effect_noted("begins", NOW - 2), "USA", SIGNATORY)
    assert phase(channel.state, channel.talks) == Phase("signed")
    channel.applies(effect_noted("begins", NOW - 1), "RUS", SIGNATORY)
    assert phase(channel.state, channel.talks) == Phase("in_effect", since=NOW - 1)


def test_effect_is_suspended_resumed_and_ended_from_exact_instants_on() -> None:
    channel = Ceremony()
    agree_effect(channel, effect(channel.head.statement))
    beat(channel, NOW)
    channel.signed()

    def now(word: str, since: int) -> bool:
        found = phase(channel.state, channel.talks)
        return (found.word, found.since) == (word, since)

    channel.applies(effect_noted("suspends", NOW + DAY), "RUS", SIGNATORY)
    assert now("in_effect", NOW)
    beat(channel, NOW + DAY)
    assert now("suspended", NOW + DAY)
    channel.applies(effect_noted("resumes", NOW + 2 * DAY), "RUS", SIGNATORY)
    beat(channel, NOW + 2 * DAY)
    assert now("in_effect", NOW)
    channel.applies(effect_noted("ends", NOW + 3 * DAY), "USA", SIGNATORY)
    beat(channel, NOW + 3 * DAY)
    assert now("ended", NOW + 3 * DAY)


def test_notes_follow_each_other_party_by_party() -> None:
    channel = Ceremony()
    note = effect_noted("suspends", NOW)
    assert channel.refuses(note, "RUS", SIGNATORY) == "not-signed"
    channel.signed()
    assert channel.refuses(effect_noted("resumes", NOW), "RUS", SIGNATORY) == "effect-order"
    channel.applies(note, "RUS", SIGNATORY)
    assert channel.refuses(note, "RUS", SIGNATORY) == "effect-order"
    assert channel.refuses(effect_noted("resumes", NOW), "USA", SIGNATORY) == "effect-order"
    assert channel.refuses(effect_noted("begins", NOW), "RUS", SIGNATORY) == "effect-order"
    late = dataclasses.replace(note, header=header(HEAD))
    assert channel.refuses(late, "USA", HEAD) == "role"


def test_an_event_binds_nobody_and_is_kept() -> None:
    channel = Ceremony()
    placed = channel.applies(event())
    kept = channel.talks.conclusion.events.get(placed)
    assert kept is not None
    assert kept.content.event == "implementation_test"


# ---------------------------------------------------------------------------- phases


def test_the_phase_follows_the_text() -> None:
    channel = Channel()
    channel.applies(opened())

    def now() -> str:
        return phase(channel.state, channel.talks).word

    assert now() == "drafting"
    clauses = (clause("c-one", en="[USA: We meet.]", ru="[USA: Мы встречаемся.]"),)
    text = Ceremony(clauses).head.text
    first = channel.applies(tabled(text, clauses=clauses, round=1))
    assert now() == "tabled"
    channel.applies(child(text, first, author="RUS", round=2), "RUS")
    assert now() == "negotiating"
    channel.applies(child(text, first, author="RUS", round=3, version_kind="scrubbed"), "RUS")
    assert now() == "negotiating"
    assert phase(channel.state, channel.talks).round == 3


def test_a_text_is_adopted_when_both_agree_to_it_ad_referendum_at_least() -> None:
    channel = Ceremony(agreeing=False)
    version = channel.head
    head_ = channel.applies(child(version.text, version.statement, version_kind="consolidated"))
    for party in ("USA", "RUS"):
        assert phase(channel.state, channel.talks).word == "negotiating"
        channel.applies(position(head_, "ad_referendum", "desk_officer"), party)
    assert phase(channel.state, channel.talks).word == "adopted_ad_ref"


def test_a_scrubbed_head_is_in_scrub() -> None:
    assert phase(Ceremony().state, Ceremony().talks) == Phase("scrub")
