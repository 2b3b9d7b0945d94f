"""Positions: per party, clause and exact wording; the matrix; packages (SPEC 7.10)."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paraph.protocol.errors import MisuseError
from paraph.protocol.negotiation import matrix as views
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.matrix import MARKS
from paraph.protocol.negotiation.state import Stance
from paraph.protocol.statements.header import to_wordings
from paraph.protocol.statements.positions import POSITIONS
from paraph.protocol.statements.versions import NO_NOTES, InsertAfter, MoveAfter, Replace
from tests.support import conferences as meeting
from tests.support import negotiating as talk
from tests.support import side_documents as side
from tests.support.effort import calls
from tests.support.negotiating import GONE, Channel, rewriting, talking
from tests.support.proposals import taken, tied, untied
from tests.support.standing import recalled

ALL = ("title", "c-one", "c-two", "end")


def signs(channel: Channel, party: str, statement: bytes = b"") -> str:
    """Return a party's marks on a version, or on the newest, in the order of the text."""
    version = channel.version_of(statement) if statement else channel.head
    rows = views.matrix(channel.state, channel.talks, version)
    return "".join(row[party].sign for row in rows.values())


def states(channel: Channel, *, frozen: bool = False) -> dict[str, str]:
    return dict(views.states(channel.state, channel.talks, channel.head, frozen=frozen))


def both_agree(channel: Channel, value: str = "agree") -> None:
    for party in ("USA", "RUS"):
        content = taken(channel.head.statement, others=value, role="head_of_delegation")
        channel.applies(content, party, "head_of_delegation")


# ------------------------------------------------------------------ what is said


def test_a_position_is_on_clauses_that_are_there() -> None:
    channel, base, _ = talking()
    channel.applies(taken(base, {"c-one": "reserve"}))
    assert signs(channel, "USA") == "·R··"
    assert signs(channel, "RUS") == "····"
    assert channel.refuses(taken(base, {"c-none": "reserve"})) == "unknown-clause"
    assert "c-none" in channel.outcome.detail
    assert channel.refuses(taken(GONE, {"c-one": "reserve"})) == "unknown-version"


def test_a_position_is_on_something() -> None:
    with pytest.raises(MisuseError):
        taken(GONE)


def test_clauses_that_are_not_named_share_one_position() -> None:
    channel, base, _ = talking()
    channel.applies(taken(base, {"end": "none"}, others="ad_referendum"))
    assert signs(channel, "USA") == "aaa·"
    channel.applies(taken(base, {"c-two": "alternative", "end": "in_principle"}))
    assert signs(channel, "USA") == "aa≠p"
    channel.applies(taken(base, others="reject"))
    assert signs(channel, "USA") == "XXXX"


def test_to_agree_is_for_those_who_may_close_words() -> None:
    channel, base, _ = talking()
    for content in (taken(base, {"c-one": "agree"}), taken(base, others="agree")):
        assert channel.refuses(content) == "role"
    channel.applies(taken(base, {"c-one": "agree"}, role="signatory"), role="signatory")
    assert channel.refuses(taken(base, others="reserve", role="signatory"), role="signatory")
    channel.applies(
        taken(base, {"c-two": "agree"}, others="reserve", role="head_of_delegation"),
        role="head_of_delegation",
    )
    assert signs(channel, "USA") == "RRAR"


# ------------------------------------------------------------------ bound to words


def test_a_changed_word_takes_the_agreement_on_that_clause_away_and_on_no_other() -> None:
    channel, _, _ = talking()
    both_agree(channel)
    assert signs(channel, "USA") == signs(channel, "RUS") == "AAAA"
    channel.amends(rewriting("We meet. We meet, again."))
    assert signs(channel, "USA") == signs(channel, "RUS") == "A↺AA"
    assert states(channel)["c-one"] == "open"
    assert set(views.agreed_before(channel.state, channel.talks, channel.head)) == {"c-one"}


def test_without_the_comparison_of_words_the_agreement_would_stay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The control: a mark that looks at what was said alone shows agreement to unseen words.
    channel, _, _ = talking()
    both_agree(channel)
    channel.amends(rewriting("We will never meet."))

    def careless(stance: Stance, then: texts.Part, now: texts.Part) -> views.Mark:
        return views.Mark(stance.on(now.cid), stance.on(then.cid), stance)

    monkeypatch.setattr(views, "_mark", careless)
    assert signs(channel, "USA") == "AAAA"


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_word_of_any_language_counts(language: str) -> None:
    channel, _, _ = talking()
    both_agree(channel)
    one = Replace(cid="c-one", texts=to_wordings({language: "Anew."}), notes=NO_NOTES)
    channel.amends(one)
    assert signs(channel, "RUS") == "A↺AA"


def test_number_and_place_of_a_clause_bind_nobody() -> None:
    channel, _, _ = talking()
    both_agree(channel)
    fresh = InsertAfter(after="title", clause=talk.clause("c-new"), notes=NO_NOTES)
    channel.amends(fresh, MoveAfter(cid="c-one", after="c-two", notes=NO_NOTES))
    assert signs(channel, "USA") == "A·AAA"


def test_the_old_words_restored_are_agreed_again() -> None:
    channel, _, text = talking()
    both_agree(channel)
    channel.amends(rewriting("Other."))
    part = text.find("c-one")
    assert part is not None
    channel.amends(Replace(cid="c-one", texts=to_wordings(part.words), notes=NO_NOTES))
    assert signs(channel, "USA") == "AAAA"


def test_of_other_positions_nothing_stands_on_changed_words() -> None:
    for value in POSITIONS:
        channel, base, _ = talking()
        role = "head_of_delegation"
        channel.applies(taken(base, {"c-one": value}, role=role), "USA", role)
        assert signs(channel, "USA")[1] == MARKS[value]
        channel.amends(rewriting("Other."))
        expected = "↺" if value in {"agree", "ad_referendum"} else "·"
        assert signs(channel, "USA")[1] == expected


def test_a_position_on_wording_that_is_gone_is_refused_and_says_what_would_do() -> None:
    channel, base, _ = talking()
    channel.amends(rewriting("Other."))
    assert channel.refuses(taken(base, {"c-one": "reserve"})) == "wording-gone"
    assert 'clause "c-one"' in channel.outcome.detail
    assert "expected a position on version 2" in channel.outcome.detail
    assert channel.refuses(taken(base, {"c-two": "reserve"}, others="none")) == "wording-gone"
    channel.applies(taken(base, {"c-two": "reserve"}))
    assert signs(channel, "USA") == "··R·"


def test_in_a_fork_words_of_either_line_can_be_agreed_to() -> None:
    channel, base, text = talking()
    ours = channel.amends(rewriting("Ours."))
    theirs = channel.applies(talk.child(text, base, rewriting("Theirs."), author="RUS"), "RUS")
    assert channel.refuses(taken(base, {"c-one": "reserve"})) == "wording-gone"
    assert "version 2, 3" in channel.outcome.detail
    for statement in (ours, theirs):
        channel.applies(taken(statement, {"c-one": "ad_referendum"}))
    assert signs(channel, "USA", theirs)[1] == "a"
    assert signs(channel, "USA", ours)[1] == "↺"


def test_a_position_that_is_recalled_leaves_the_one_before() -> None:
    channel, base, _ = talking()
    channel.applies(taken(base, {"c-one": "ad_referendum"}))
    later = channel.applies(taken(base, {"c-one": "reject"}))
    assert signs(channel, "USA")[1] == "X"
    channel.applies(recalled(later))
    assert signs(channel, "USA")[1] == "a"


def test_on_a_recalled_version_nothing_is_said_and_what_was_said_is_about_other_words() -> None:
    channel, base, _ = talking()
    child = channel.amends(rewriting("Other."))
    channel.applies(taken(child, {"c-one": "ad_referendum"}))
    channel.applies(recalled(child))
    assert signs(channel, "USA", base)[1] == "↺"
    assert channel.refuses(taken(child, {"c-one": "reserve"})) == "recalled"


def test_a_side_document_has_positions_of_its_own() -> None:
    channel, base, _ = talking()
    document = channel.applies(side.opened())
    letter = channel.applies(side.begun(document))
    channel.applies(taken(letter, others="ad_referendum"))
    channel.applies(taken(base, others="reserve"))
    assert signs(channel, "USA", letter) == "a"
    assert signs(channel, "USA", base) == "RRRR"


def test_outcomes_that_both_stand_behind_set_positions() -> None:
    channel, base, _ = talking()
    channel.applies(meeting.scheduled(basis=base))
    items = (
        meeting.outcome("c-one", "agreed_ad_ref"),
        meeting.outcome("c-two", "reserved_by_RUS"),
        meeting.outcome("end", "bracketed"),
    )
    outcomes = channel.applies(meeting.outcomes(*items))
    assert signs(channel, "USA") == "····"
    channel.applies(side.agreed(outcomes), "RUS")
    assert signs(channel, "USA") == "·a··"
    assert signs(channel, "RUS") == "·aR·"


# ------------------------------------------------------------------ derived


def test_the_state_of_a_clause_follows_from_words_and_marks() -> None:
    channel, _, _ = talking()
    assert set(states(channel).values()) == {"untouched"}
    channel.amends(rewriting("[USA: three]", "c-two"))
    assert states(channel)["c-two"] == "bracketed"
    channel.amends(rewriting("unpaired]", "c-two"))
    assert states(channel)["c-two"] == "bracketed"
    channel.amends(rewriting("Three.", "c-two"))
    base = channel.head.statement
    channel.applies(taken(base, others="ad_referendum"))
    assert set(states(channel).values()) == {"open"}
    channel.applies(taken(base, {"c-one": "reserve"}, others="ad_referendum"), "RUS")
    assert states(channel) == {
        "title": "agreed_ad_ref", "c-one": "reserved", "c-two": "agreed_ad_ref",
        "end": "agreed_ad_ref",
    }  # fmt: skip
    talks = channel.talks
    assert set(views.open_positions(channel.state, talks, channel.head)) == set(ALL)
    both_agree(channel)
    assert set(states(channel).values()) == {"agreed"}
    talks = channel.talks
    assert views.open_positions(channel.state, talks, channel.head) == {}
    assert views.states(channel.state, talks, channel.head)["end"] == "agreed"
    assert set(states(channel, frozen=True).values()) == {"frozen"}


# ------------------------------------------------------------------ packages


def test_the_clauses_of_a_package_count_when_all_are_agreed() -> None:
    channel, base, _ = talking()
    role = "head_of_delegation"
    package = channel.applies(tied("c-one", "c-two"))
    for party in ("USA", "RUS"):
        agree = taken(base, {"c-one": "agree", "end": "ad_referendum"}, role=role)
        channel.applies(agree, party, role)
    assert states(channel)["c-one"] == "agreed"  # one side alone ties nothing
    channel.applies(side.agreed(package), "RUS")
    assert states(channel)["c-one"] == "tied"
    assert states(channel)["end"] == "agreed_ad_ref"
    for party in ("USA", "RUS"):
        channel.applies(taken(base, {"c-two": "agree"}, role=role), party, role)
    assert states(channel)["c-one"] == states(channel)["c-two"] == "agreed"


def test_packages_that_share_a_clause_wait_for_each_other() -> None:
    channel, _, _ = talking()
    for cids in (("title", "c-one"), ("c-one", "c-two"), ("c-two", "end")):
        channel.applies(side.agreed(channel.applies(tied(*cids))), "RUS")
    both_agree(channel)
    assert set(states(channel).values()) == {"agreed"}
    channel.amends(rewriting("Other.", "end"))
    assert states(channel) == {
        "title": "tied", "c-one": "tied", "c-two": "tied", "end": "open"
    }  # fmt: skip


def test_a_package_is_untied_by_both() -> None:
    channel, _, _ = talking()
    package = channel.applies(tied("c-one", "c-two"))
    assert channel.refuses(untied(package)) == "package-not-tied"
    channel.applies(side.agreed(package), "RUS")
    both_agree(channel)
    channel.amends(rewriting("Other."))
    untying = channel.applies(untied(package), "RUS")
    assert channel.refuses(untied(package)) == "untying-pending"
    assert states(channel)["c-two"] == "tied"
    channel.applies(recalled(untying), "RUS")
    assert channel.refuses(side.agreed(untying)) == "recalled"
    channel.applies(side.agreed(channel.applies(untied(package))), "RUS")
    assert states(channel)["c-two"] == "agreed"
    assert channel.refuses(untied(package)) == "package-not-tied"


def test_a_package_is_of_clauses_in_the_text_and_recalled_while_it_is_one_sides() -> None:
    channel, _, _ = talking()
    assert channel.refuses(tied("c-one", "c-none")) == "unknown-clause"
    assert channel.refuses(untied(GONE)) == "unknown-package"
    package = channel.applies(tied("c-one", "c-two"))
    channel.applies(recalled(package))
    assert channel.refuses(untied(package)) == "recalled"
    assert channel.refuses(side.agreed(package), "RUS") == "recalled"
    second = channel.applies(tied("c-one", "c-two"))
    channel.applies(side.agreed(second), "RUS")
    assert channel.refuses(recalled(second)) == "built-on"


def test_a_title_of_a_package_is_in_a_working_language() -> None:
    channel, _, _ = talking()
    content = tied("c-one", "c-two")
    french = type(content)(
        header=content.header, cids=content.cids, titles=to_wordings({"fr": "Paquet"})
    )
    assert channel.refuses(french) == "unknown-language"


# ------------------------------------------------------------------ against a model

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["USA", "RUS"]),
        st.sampled_from(["", *ALL]),
        st.sampled_from(POSITIONS),
        st.booleans(),
    ),
    max_size=15,
)


@given(STEPS)
@settings(max_examples=100, deadline=None)
def test_the_matrix_is_what_was_said_last_of_the_words_as_they_are(
    steps: list[tuple[str, str, str, bool]],
) -> None:
    channel, _, _ = talking()
    last: dict[tuple[str, str], tuple[str, dict[str, str]]] = {}
    role, count = "head_of_delegation", itertools.count()
    for party, cid, value, amended in steps:
        if amended:
            channel.amends(rewriting(f"Words {next(count)}.", cid or "c-one"), party=party)
            continue
        head = channel.head
        said = taken(head.statement, {cid: value}, role=role) if cid else taken(
            head.statement, others=value, role=role
        )  # fmt: skip
        channel.applies(said, party, role)
        for part in head.text.parts:
            if cid in ("", part.cid):
                last[party, part.cid] = (value, dict(part.words))
    rows = views.matrix(channel.state, channel.talks, channel.head)
    for part in channel.head.text.parts:
        for party in ("USA", "RUS"):
            value, words = last.get((party, part.cid), ("none", {}))
            fresh = words == part.words or value == "none"
            expected = value if fresh else "confirm" if value.startswith("a") else "none"
            expected = "none" if not fresh and value == "alternative" else expected
            assert rows[part.cid][party].value == expected


def test_what_was_said_before_of_a_whole_version_is_looked_at_once() -> None:
    channel = Channel()
    channel.applies(talk.opened())
    clauses = tuple(talk.clause(f"c{number}") for number in range(1_000))
    text = texts.from_clauses(clauses, talk.LANGUAGES)
    first = channel.applies(talk.tabled(text, clauses=clauses))
    for _ in range(1_000):
        channel.applies(taken(first, others="reject"))
    channel.amends(InsertAfter(after="c0", clause=talk.clause("new"), notes=NO_NOTES))
    said: list[str] = []
    assert calls(lambda: said.append(signs(channel, "USA"))) < 100_000  # not a million looks
    assert said == ["X" + MARKS["none"] + "X" * 999]
