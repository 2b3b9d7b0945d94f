"""The fold: who speaks, where, and what any log comes to (SPEC 7.5)."""

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
from paraph.protocol.negotiation.state import APPLIED, Entry, Outcome, Said, State, begin
from paraph.protocol.statements.clear import EnrolEntry
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.exchanges import NO_ANCHOR
from paraph.protocol.statements.header import JOINT, StatementMention, to_wordings
from paraph.protocol.statements.proposals import ANSWERS
from tests.support import negotiating as talk
from tests.support import proposals
from tests.support.concluding import manifest
from tests.support.negotiating import GONE, LANGUAGES, TALKS, UNOPENED, Channel, rewriting, talking
from tests.support.standing import recalled

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
        talk.base(header=talk.header(negotiation=UNOPENED)),
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
        header = talk.header(negotiation=draw(st.sampled_from([TALKS, TALKS, TALKS, UNOPENED])))
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
