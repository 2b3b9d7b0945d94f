"""The first fold: what both sides compute from the log (SPEC 7.5, 7.6)."""

import hashlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paraph.protocol.errors import MisuseError
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation import fold
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.fold import checks
from paraph.protocol.negotiation.state import (
    APPLIED,
    Comment,
    Entry,
    Outcome,
    Said,
    State,
    begin,
    heads,
    next_number,
    rung,
)
from paraph.protocol.negotiation.text import Text
from paraph.protocol.statements.clear import EnrolEntry
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.exchanges import NO_ANCHOR
from paraph.protocol.statements.header import (
    JOINT,
    NamedMention,
    StatementMention,
    to_digests,
    to_wordings,
)
from paraph.protocol.statements.proposals import ANSWERS
from paraph.protocol.statements.versions import (
    NO_NOTES,
    Delete,
    InsertAfter,
    VersionTabled,
)
from tests.support import negotiating as talk
from tests.support import proposals
from tests.support.concluding import manifest
from tests.support.negotiating import GONE, LANGUAGES, TALKS, Channel, rewriting, talking
from tests.support.standing import recalled

OTHER = bytes(16 * [7])


def comment(channel: Channel, statement: bytes) -> Comment:
    found = channel.talks.comments.get(statement)
    assert found is not None
    return found


# ------------------------------------------------------------------ speaker and place


def test_a_negotiation_is_opened_once() -> None:
    channel = Channel()
    channel.applies(talk.opened(prevailing="ru"))
    assert channel.talks.opened == talk.opened(prevailing="ru")
    assert channel.refuses(talk.opened()) == "negotiation-exists"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"header": talk.header(negotiation=bytes(16))}, "unknown-negotiation"),
        ({"prevailing": "fr"}, "unknown-language"),
        ({"titles": to_wordings({"fr": "Titre"})}, "unknown-language"),
    ],
)
def test_an_opening_in_disorder_is_refused(changes: dict[str, Any], code: str) -> None:
    assert Channel().refuses(talk.opened(**changes)) == code


@pytest.mark.parametrize(
    ("content", "role", "code"),
    [
        (talk.opened(), "head_of_delegation", "role-differs"),
        (talk.opened(header=talk.header(origin="automatic")), "desk_officer", "origin-differs"),
        (talk.opened(header=talk.header("bot", origin="manual")), "bot", "origin-differs"),
        (talk.opened(header=talk.header("bot")), "bot", "role"),
        (talk.opened(header=talk.header("linguist")), "linguist", "role"),
        (talk.comment(header=talk.header("bot")), "bot", "role"),
        (talk.comment(header=talk.header("registrar")), "registrar", "role"),
        (talk.receipt(GONE, role="registrar"), "registrar", "role"),
        (talk.receipt(GONE, role="bot", rung="displayed"), "bot", "rung"),
        (talk.receipt(GONE, role="bot", outcome="not_taken", reason="x"), "bot", "rung"),
        (talk.receipt(GONE, rung="fetched"), "desk_officer", "rung"),
        (talk.receipt(GONE, outcome="cannot_open"), "desk_officer", "rung"),
    ],
)
def test_who_may_not_say_it_changes_nothing(content: Content, role: str, code: str) -> None:
    assert Channel().refuses(content, role=role) == code


def test_a_statement_is_folded_once() -> None:
    channel, statement, _ = talking()
    before = channel.state
    after, outcome = fold.apply(
        before, talk.base(), Said(statement, before.size, "USA", "desk_officer")
    )
    assert outcome.code == "placed-before"
    assert after.entries == before.entries


def test_a_caller_that_mixes_up_order_or_channel_is_told() -> None:
    state = begin(talk.PARTIES, LANGUAGES)
    state, _ = fold.apply(state, talk.opened(), Said(GONE, 5, "USA", "desk_officer"))
    assert state.size == 6
    with pytest.raises(MisuseError):
        fold.apply(state, talk.base(), Said(ZERO, 5, "USA", "desk_officer"))
    with pytest.raises(MisuseError):
        fold.apply(state, talk.base(), Said(ZERO, 6, "FRA", "desk_officer"))


@pytest.mark.parametrize(
    "content",
    [
        talk.base(header=talk.header(negotiation=OTHER)),
        talk.confirmed(GONE, texts.from_clauses(talk.base_clauses(), LANGUAGES)),
        talk.comment(),
        talk.dispatch(),
    ],
)
def test_nothing_is_said_in_a_negotiation_that_was_not_opened(content: Content) -> None:
    assert Channel().refuses(content) == "unknown-negotiation"


def test_content_that_is_no_record_is_kept_as_said_and_can_be_acknowledged() -> None:
    channel = Channel()
    refused = Outcome("refused", "malformed")
    said = Said(GONE, 0, "USA", "desk_officer")
    channel.state = fold.refuse(channel.state, said, refused)
    entry = Entry(said, "", bytes(16), refused)
    assert channel.state.entries.get(GONE) == entry
    channel.applies(talk.receipt(GONE, role="bot", outcome="cannot_open"), "RUS", "bot")
    again = Said(GONE, 2, "RUS", "bot")
    assert fold.refuse(channel.state, again, refused).entries.get(GONE) == entry
    with pytest.raises(MisuseError):
        fold.refuse(channel.state, said, refused)


# ------------------------------------------------------------------ versions


def test_a_base_version_is_the_head_and_has_the_text_that_was_sent() -> None:
    channel, statement, text = talking()
    made = channel.version_of(statement)
    assert (made.text, made.number, made.party) == (text, 1, "USA")
    assert made.digests == texts.digests(text)
    assert heads(channel.state) == {TALKS: (statement,)}


def test_a_child_takes_the_place_of_its_parent() -> None:
    channel, parent, text = talking()
    second = channel.applies(talk.child(text, parent, rewriting(), author="RUS"), "RUS")
    third = channel.applies(talk.child(channel.version_of(second).text, second, author=JOINT))
    assert heads(channel.state) == {TALKS: (third,)}
    assert channel.version_of(third).text == channel.version_of(second).text
    assert channel.version_of(third).number == 3


def test_two_versions_on_one_parent_are_a_visible_fork_that_a_consolidation_ends() -> None:
    channel, parent, text = talking()
    fresh = InsertAfter(after="c-one", clause=talk.clause("c-new"), notes=NO_NOTES)
    ours = channel.applies(talk.child(text, parent, rewriting()))
    theirs = channel.applies(talk.child(text, parent, fresh, author="RUS"), "RUS")
    assert heads(channel.state) == {TALKS: (ours, theirs)}
    mine = channel.version_of(ours).text
    both = texts.apply(mine, [fresh]).joined(channel.version_of(theirs).text)
    joined = channel.applies(talk.tabled(both, parents=(ours, theirs), operations=(fresh,)))
    assert heads(channel.state) == {TALKS: (joined,)}
    assert "c-new" in channel.version_of(joined).text.used


def test_rival_base_texts_are_two_heads() -> None:
    channel, first, _ = talking()
    second = channel.applies(talk.base(author="RUS"), "RUS")
    assert heads(channel.state) == {TALKS: (first, second)}


@pytest.mark.parametrize("parents", [(GONE,), (ZERO, GONE)])
def test_a_version_on_an_unknown_parent_is_refused(parents: tuple[bytes, ...]) -> None:
    channel, known, text = talking()
    named = tuple(known if each == ZERO else each for each in parents)
    assert channel.refuses(talk.tabled(text, parents=named)) == "unknown-version"


def test_a_version_of_another_negotiation_is_no_parent() -> None:
    channel, parent, text = talking()
    elsewhere = talk.header(negotiation=OTHER)
    channel.applies(talk.opened(header=elsewhere))
    said = talk.child(text, parent, header=elsewhere)
    assert channel.refuses(said) == "unknown-version"


def test_nobody_tables_in_the_name_of_the_other_party() -> None:
    channel, parent, text = talking()
    assert channel.refuses(talk.child(text, parent, author="RUS")) == "author-differs"


def test_an_operation_that_does_not_fit_is_refused_and_names_the_clause() -> None:
    channel, parent, text = talking()
    bad = talk.tabled(
        text, parents=(parent,), operations=(Delete(cid="gone", to=(), notes=NO_NOTES),)
    )
    assert channel.refuses(bad) == "unknown-clause"
    assert '"gone"' in channel.outcome.detail


def tampered(text: Text, parent: bytes) -> dict[str, Any]:
    # What a sender gives who declares one change and means another text.
    honest = texts.apply(text, [rewriting()])
    hidden = texts.apply(honest, [rewriting("Something else.", "c-two")])
    fields = talk.tabled(
        honest,
        parents=(parent,),
        operations=(rewriting(),),
        digests=to_digests(texts.digests(hidden)),
        structure=texts.structure_digest(hidden),
        checks=texts.checks(hidden),
    )
    return {name: getattr(fields, name) for name in fields.CODECS}


def test_a_hidden_change_is_refused_and_the_clause_is_named() -> None:
    channel, parent, text = talking()
    bad = VersionTabled(**tampered(text, parent))
    assert channel.refuses(bad) == "digest-differs"
    assert '"c-two"' in channel.outcome.detail
    assert heads(channel.state) == {TALKS: (parent,)}


def test_without_the_comparison_the_hidden_change_would_pass(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The control of the test above: it is the comparison that refuses, and nothing else.
    monkeypatch.setattr(fold.versions, "_compare", lambda text, _: texts.digests(text))
    channel, parent, text = talking()
    channel.applies(VersionTabled(**tampered(text, parent)))


def test_the_same_change_declared_is_applied() -> None:
    channel, parent, text = talking()
    fields = tampered(text, parent)
    declared = (rewriting(), rewriting("Something else.", "c-two"))
    channel.applies(VersionTabled(**{**fields, "operations": declared}))


def wrong_digests(honest: Text) -> list[tuple[dict[str, Any], str]]:
    right = texts.digests(honest)
    return [
        ({"digests": to_digests({**right, "ru": GONE})}, "ru"),
        ({"digests": to_digests({**right, "en": GONE})}, "en"),
        ({"structure": GONE}, "structure"),
        ({"checks": texts.checks(honest)[:-1]}, "expected 4 clauses, got 3"),
        ({"checks": (*texts.checks(honest)[:-1], bytes(8))}, '"end"'),
    ]


@pytest.mark.parametrize("case", range(5))
def test_each_declared_digest_is_compared(case: int) -> None:
    channel, parent, text = talking()
    changes, told = wrong_digests(text)[case]
    assert channel.refuses(talk.child(text, parent, **changes)) == "digest-differs"
    assert told in channel.outcome.detail
    assert channel.refuses(talk.base(**changes)) == "digest-differs"
    channel.applies(talk.child(text, parent))


@pytest.mark.parametrize("languages", [("en",), ("en", "ru", "fr")])
def test_a_version_is_declared_in_exactly_the_working_languages(
    languages: tuple[str, ...],
) -> None:
    channel, parent, text = talking()
    digests = to_digests({each: texts.digest(text, each) for each in languages})
    said = talk.child(text, parent, digests=digests)
    assert channel.refuses(said) == "languages-differ"


def test_a_confirmation_binds_each_party_once_to_exact_digests() -> None:
    channel, statement, text = talking()
    other = texts.apply(text, [rewriting()])
    assert channel.refuses(talk.confirmed(GONE, text), "RUS") == "unknown-version"
    assert channel.refuses(talk.confirmed(statement, other), "RUS") == "digest-differs"
    assert (
        channel.refuses(talk.confirmed(statement, text, structure=GONE), "RUS") == "digest-differs"
    )
    index = channel.state.size
    channel.applies(talk.confirmed(statement, text), "RUS")
    channel.applies(talk.confirmed(statement, text), "USA")
    assert channel.version_of(statement).confirmed == {"RUS": index, "USA": index + 1}
    assert channel.refuses(talk.confirmed(statement, text), "RUS") == "confirmed-before"
    assert heads(channel.state) == {TALKS: (statement,)}


# ------------------------------------------------------------------ comments


def test_a_comment_stands_on_words_that_are_there() -> None:
    channel, statement, _ = talking()
    anchor = talk.anchor(statement, "c-two", "See {ref:c-one}")
    said = channel.applies(talk.comment(anchor=anchor), "RUS")
    made = comment(channel, said)
    assert (made.number, made.thread, made.ambiguous, made.party) == (1, said, False, "RUS")


@pytest.mark.parametrize(
    ("cid", "exact", "changes", "code"),
    [
        ("gone", "We meet", {}, "unknown-clause"),
        ("c-one", "They meet", {}, "quote-not-found"),
        ("c-one", "we meet", {}, "quote-not-found"),
        ("c-one", "We meet", {"prefix": "x"}, "quote-not-found"),
        ("c-one", "We meet", {"language": "fr"}, "unknown-language"),
        ("c-one", "We meet", {"language": "ru"}, "quote-not-found"),
        ("c-one", "We meet", {"version": GONE}, "unknown-version"),
    ],
)
def test_a_comment_on_words_that_are_not_there_is_refused(
    cid: str, exact: str, changes: dict[str, Any], code: str
) -> None:
    channel, statement, _ = talking()
    anchor = talk.anchor(**{"version": statement, "cid": cid, "exact": exact, **changes})
    assert channel.refuses(talk.comment(anchor=anchor)) == code


def test_what_is_about_a_deleted_clause_is_told_that_it_has_left() -> None:
    channel, parent, text = talking()
    operation = Delete(cid="c-one", to=(), notes=NO_NOTES)
    after = texts.apply(text, [operation])
    version = channel.applies(talk.tabled(after, parents=(parent,), operations=(operation,)))
    anchor = talk.anchor(version, "c-one", "We meet")
    assert channel.refuses(talk.comment(anchor=anchor)) == "unknown-clause"
    assert channel.outcome.detail == 'clause "c-one" has left the text: version 2 is without it'


def test_a_quote_that_stands_twice_is_shown_as_ambiguous_unless_its_neighbours_tell() -> None:
    channel, statement, _ = talking()
    twice = channel.applies(talk.comment(anchor=talk.anchor(statement, "c-one", "We meet")))
    told = talk.anchor(statement, "c-one", "We meet", suffix=" again")
    once = channel.applies(talk.comment(anchor=told))
    assert comment(channel, twice).ambiguous
    assert not comment(channel, once).ambiguous


def test_a_comment_may_be_on_the_whole_text_or_on_none() -> None:
    channel, statement, _ = talking()
    channel.applies(talk.comment(anchor=talk.anchor(statement, "", "")))
    channel.applies(talk.comment(anchor=talk.anchor(statement, "", "", "")))
    channel.applies(talk.comment())


def test_replies_belong_to_the_thread_and_carry_no_number() -> None:
    channel, _, _ = talking()
    first = channel.applies(talk.comment())
    reply = channel.applies(talk.comment(in_reply_to=first), "RUS")
    again = channel.applies(talk.comment(in_reply_to=reply))
    second = channel.applies(talk.comment())
    assert comment(channel, first).replies == (reply, again)
    assert comment(channel, again).thread == first
    assert (comment(channel, again).number, comment(channel, second).number) == (0, 2)
    assert channel.refuses(talk.comment(in_reply_to=GONE)) == "unknown-comment"
    third = channel.applies(talk.comment())
    assert comment(channel, third).number == 3


def test_closing_a_thread_is_an_act_that_names_what_closed_it() -> None:
    channel, statement, _ = talking()
    first = channel.applies(talk.comment())
    reply = channel.applies(talk.comment(in_reply_to=first), "RUS")
    cause = (StatementMention(statement=statement),)
    closing = talk.comment(body="", in_reply_to=reply, resolves=reply, resolved_by=cause)
    closed = channel.applies(closing)
    assert comment(channel, first).closed_by == closed
    assert comment(channel, first).replies == (reply, closed)
    assert channel.refuses(talk.comment(resolves=first)) == "closed-before"
    assert channel.refuses(talk.comment(resolves=GONE)) == "unknown-comment"


def test_what_is_mentioned_must_stand_applied_in_this_negotiation() -> None:
    channel, statement, _ = talking()
    refused = channel.say(talk.dispatch(7))
    elsewhere = channel.applies(talk.opened(header=talk.header(negotiation=OTHER)))
    answer = channel.applies(talk.receipt(statement, role="bot"), "RUS", "bot")
    for unknown in (GONE, refused, elsewhere, answer):
        mention = (StatementMention(statement=unknown),)
        assert channel.refuses(talk.dispatch(carries=mention)) == "unknown-statement"
        said = talk.comment(resolves=GONE, resolved_by=mention)
        assert channel.refuses(said) == "unknown-statement"


@pytest.mark.parametrize("kind", ["instruction", "fallback"])
def test_instructions_belong_in_an_internal_channel(kind: str) -> None:
    channel, _, _ = talking()
    assert channel.refuses(talk.comment(comment_kind=kind)) == "internal-only"
    alone = Channel(("USA",))
    anchor = talk.anchor(GONE, "c-one", "words that stand in the shared channel", "fr")
    note = alone.applies(talk.comment(comment_kind=kind, anchor=anchor))
    assert comment(alone, note).number == 1
    assert alone.talks.opened is None
    nameless = talk.header(negotiation=bytes(16))
    assert alone.refuses(talk.comment(header=nameless)) == "unknown-negotiation"
    alone.applies(talk.opened())
    assert alone.talks.comments_counted == 1


# ------------------------------------------------------------------ dispatches


def test_dispatches_are_numbered_without_a_gap_by_author() -> None:
    channel, statement, _ = talking()
    assert next_number(channel.state, TALKS, "USA") == 1
    assert next_number(channel.state, OTHER, "USA") == 1
    carries = (StatementMention(statement=statement), NamedMention(name="AM-VC2-draft"))
    first = channel.applies(talk.dispatch(1, carries=carries))
    assert channel.refuses(talk.dispatch(1)) == "number-differs"
    assert channel.refuses(talk.dispatch(3)) == "number-differs"
    assert "expected number 2 of USA" in channel.outcome.detail
    channel.applies(talk.dispatch(1, author="RUS", in_reply_to=first), "RUS")
    channel.applies(talk.dispatch(1, author=JOINT), "RUS")
    channel.applies(talk.dispatch(2, author=JOINT), "USA")
    channel.applies(talk.dispatch(2))
    assert channel.talks.numbers == {"USA": 2, "RUS": 1, JOINT: 2}
    assert next_number(channel.state, TALKS, JOINT) == 3


def test_a_dispatch_answers_a_dispatch_and_speaks_for_its_own_party() -> None:
    channel, statement, _ = talking()
    assert channel.refuses(talk.dispatch(in_reply_to=statement)) == "unknown-dispatch"
    assert channel.refuses(talk.dispatch(author="RUS")) == "author-differs"
    silence = (StatementMention(statement=GONE),)
    assert channel.refuses(talk.dispatch(breaks_silence=silence)) == "unknown-statement"
    channel.applies(talk.dispatch(breaks_silence=(NamedMention(name="S-02"),)))


# ------------------------------------------------------------------ acknowledgements


def test_the_rung_reached_climbs_and_never_falls() -> None:
    channel, statement, _ = talking()
    assert rung(channel.state, statement, "RUS") == ""
    channel.applies(talk.receipt(statement, role="bot"), "RUS", "bot")
    assert rung(channel.state, statement, "RUS") == "fetched"
    channel.applies(talk.receipt(statement, rung="in_charge"), "RUS")
    channel.applies(talk.receipt(statement, rung="displayed"), "RUS")
    assert rung(channel.state, statement, "RUS") == "in_charge"
    assert rung(channel.state, statement, "USA") == ""


def test_what_was_not_opened_or_not_taken_reaches_no_rung_and_is_remembered() -> None:
    channel, statement, _ = talking()
    channel.applies(talk.receipt(statement, role="bot", outcome="cannot_open"), "RUS", "bot")
    assert rung(channel.state, statement, "RUS") == ""
    channel.applies(
        talk.receipt(statement, rung="in_charge", outcome="not_taken", reason="not ours"), "RUS"
    )
    receipt = (channel.state.receipts.get(statement) or {})["RUS"]
    assert (receipt.outcome, receipt.reason, receipt.rung) == ("not_taken", "not ours", "")
    channel.applies(talk.receipt(statement, role="bot"), "RUS", "bot")
    receipt = (channel.state.receipts.get(statement) or {})["RUS"]
    assert (receipt.outcome, receipt.reason, receipt.rung) == ("ok", "", "fetched")


def test_acknowledgements_are_for_what_persons_of_the_other_party_said() -> None:
    channel, statement, _ = talking()
    bots = channel.applies(talk.receipt(statement, role="bot"), "RUS", "bot")
    person = channel.applies(talk.receipt(statement), "RUS")
    assert channel.refuses(talk.receipt(GONE), "RUS") == "unknown-statement"
    assert channel.refuses(talk.receipt(statement), "USA") == "own-statement"
    assert channel.refuses(talk.receipt(bots), "USA") == "machine-statement"
    assert channel.refuses(talk.receipt(person), "USA") == "acknowledgement-acknowledged"
    assert channel.refuses(talk.receipt(statement, GONE), "RUS") == "unknown-statement"


def test_a_refused_statement_is_acknowledged_all_the_same() -> None:
    channel, _, _ = talking()
    refused = channel.say(talk.dispatch(7))
    channel.applies(talk.receipt(refused, role="bot"), "RUS", "bot")
    assert rung(channel.state, refused, "RUS") == "fetched"


# ------------------------------------------------------------------ any log

CLAUSES = st.sampled_from(["title", "c-one", "c-two", "end", "gone"])


class Sayings:
    """Draws statements that refer to what was said before, rightly or wrongly."""

    def __init__(self, data: st.DataObject) -> None:
        self.data = data
        self.said: list[bytes] = [GONE, ZERO]

    def one(self) -> Content:
        draw, some = self.data.draw, st.sampled_from(self.said)
        text = texts.from_clauses(talk.base_clauses(), LANGUAGES)
        changed = texts.apply(text, [rewriting()])
        mention = draw(
            st.sampled_from([(), *((StatementMention(statement=each),) for each in self.said)])
        )
        header = talk.header(negotiation=draw(st.sampled_from([TALKS, TALKS, TALKS, OTHER])))
        number = draw(st.integers(1, 3))
        author = draw(st.sampled_from(["USA", "RUS", JOINT]))
        parent = draw(some)
        anchored = draw(some)
        cid = draw(CLAUSES)
        choices: list[Content] = [
            talk.opened(header=header),
            talk.base(header=header, author=author),
            talk.tabled(
                draw(st.sampled_from([text, changed])),
                header=header,
                author=author,
                parents=(parent,),
                operations=draw(st.sampled_from([(), (rewriting(),), (rewriting(cid=cid),)])),
            ),
            talk.confirmed(parent, text, header=header),
            talk.comment(
                header=header,
                in_reply_to=draw(some),
                anchor=NO_ANCHOR
                if anchored == ZERO
                else talk.anchor(anchored, cid, draw(st.sampled_from(["We meet", "See", "x"]))),
            ),
            talk.comment(header=header, body="", resolves=GONE, resolved_by=mention),
            talk.dispatch(number, header=header, author=author, carries=mention),
            talk.receipt(draw(some)),
            proposals.made(cid, header=header),
            proposals.answered(draw(some), draw(st.sampled_from(ANSWERS))),
            proposals.taken(parent, {cid: "reserve"}, others=draw(st.sampled_from(["", "none"]))),
            proposals.tied("c-one", cid) if cid != "c-one" else proposals.untied(draw(some)),
            recalled(draw(some)),
        ]
        return draw(st.sampled_from(choices))


@settings(max_examples=60)
@given(st.data())
def test_any_log_folds_alike_on_both_sides_and_nothing_raises(data: st.DataObject) -> None:
    sayings, channel = Sayings(data), Channel()
    log: list[tuple[Content, bytes, str]] = []
    for _ in range(data.draw(st.integers(0, 14))):
        content, party = sayings.one(), data.draw(st.sampled_from(talk.PARTIES))
        statement = channel.say(content, party)
        sayings.said.append(statement)
        log.append((content, statement, party))
        assert channel.outcome.status in {"applied", "refused"}
        assert (channel.outcome.code == "") == (channel.outcome == APPLIED)
    twin: State = begin(talk.PARTIES[::-1], LANGUAGES[::-1], channel=talk.CHANNEL)
    for index, (content, statement, party) in enumerate(log):
        around = Said(statement, index, party, "desk_officer", log_time=0, seen_size=index)
        twin, _ = fold.apply(twin, content, around)
    assert twin == channel.state
    assert len(twin.entries) == len(log)


def test_folding_grows_with_the_log_and_not_with_its_square() -> None:
    # Counted, not timed: every entry of the map shares all but one path with the one before.
    channel, statement, _ = talking()
    before = channel.state.entries
    channel.applies(talk.receipt(statement), "RUS")
    after = channel.state.entries
    shared = sum(a is b for a, b in zip(before.root, after.root, strict=True))
    assert shared == 15
    assert hashlib.sha256(b"0").digest() in after


def test_no_more_than_64_versions_stand_side_by_side() -> None:
    channel = Channel()
    channel.applies(talk.opened())
    first, *others = [channel.applies(talk.base()) for _ in range(checks.MOST_HEADS)]
    assert channel.refuses(talk.base()) == "too-many-heads"
    text = channel.version_of(first).text
    channel.applies(talk.child(text, first))
    joined = channel.applies(talk.child(text, others[0], parents=(others[0], others[1])))
    channel.applies(talk.base())
    assert channel.refuses(recalled(joined)) == "too-many-heads"


def test_a_clear_statement_without_a_rule_of_its_own_moves_only_log_time() -> None:
    channel, _, _ = talking()
    before = channel.state
    enrolled = EnrolEntry(document=manifest("USA").document)
    channel.hears(enrolled, log_time=before.log_time + 1)
    assert channel.state.size == before.size + 1
    assert channel.state.log_time == before.log_time + 1
    assert channel.state.terms == before.terms
