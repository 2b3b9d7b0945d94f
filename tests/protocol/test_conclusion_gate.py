"""What bars a conclusion: whatever stands open, or is contested (SPEC 7.15)."""

import dataclasses

import pytest

from paraph.protocol.names import ZERO
from paraph.protocol.negotiation import concluded, gate, lint
from paraph.protocol.negotiation.fold import conclusion as rules
from paraph.protocol.statements.clear import Opened, Unopened
from paraph.protocol.statements.header import Relation, to_wordings
from paraph.protocol.statements.scrutiny import FindingMade, FindingSettled
from paraph.protocol.statements.versions import NO_NOTES, Replace
from tests.support.concluding import (
    HEAD,
    SIGNATORY,
    Ceremony,
    alternat,
    clean_clauses,
    effect,
    initialled,
    position,
    powers,
    revocation,
    signed,
    stood_by,
    who,
)
from tests.support.negotiating import CHANNEL, child, clause, header, opened, tabled
from tests.support.side_documents import opened as document_opened

# ---------------------------------------------------------------------------- the gate


def test_an_initial_passes_where_nothing_stands_open() -> None:
    channel = Ceremony()
    assert channel.open_rules() == []
    placed = channel.initials("USA")
    [each] = channel.talks.conclusion.initials
    assert each.said.statement == placed
    assert concluded.initialled(channel.talks) is None


@pytest.mark.parametrize(
    ("cid", "words", "rule"),
    [
        ("c-one", {"en": "We [RUS: may] meet.", "ru": "Мы [RUS: можем] встречаемся."}, "bracket"),
        ("c-one", {"en": "At [●: hour].", "ru": "В [●: час]."}, "placeholder"),
        ("c-one", {"en": "We meet."}, "finding"),
        ("c-one", {"en": "We [RUS: meet.", "ru": "Мы встречаемся."}, "finding"),
        ("c-one", {"en": "The Parties shall meet.", "ru": "Мы встречаемся."}, "finding"),
        ("c-two", {"en": "See {ref:c-one}.", "ru": "Смотри пункт 1."}, "finding"),
        ("c-two", {"en": "See {ref:c-gone}.", "ru": "Смотри {ref:c-gone}."}, "finding"),
    ],
)
def test_an_initial_is_refused_while_the_text_is_not_clean(
    cid: str, words: dict[str, str], rule: str
) -> None:
    clauses = [clause(cid, **words) if each.cid == cid else each for each in clean_clauses()]
    channel = Ceremony(clauses)
    first, *_ = gate.gate(channel.state, channel.talks, channel.head)
    assert (first.rule, first.clause) == (rule, cid)
    content = initialled(channel.head, "USA")
    assert channel.refuses(content, "USA", HEAD, **who("USA")) == "not-ready"
    assert f'at clause "{cid}"' in channel.outcome.detail


def test_control_without_the_gate_a_bracket_would_be_initialled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clauses = [clause("c-one", en="We [RUS: may] meet.", ru="Мы [RUS: можем] встречаемся.")]
    channel = Ceremony(clauses)
    monkeypatch.setattr(rules, "bars", lambda *_: iter(()))
    channel.initials("USA")


def test_a_refusal_names_a_few_open_things() -> None:
    words = {"en": "[a] [b] [●: c]", "ru": "[а] [●: в]"}
    channel = Ceremony([clause("c-one", **words), clause("c-two", **words)])
    content = initialled(channel.head, "USA")
    channel.refuses(content, "USA", HEAD, **who("USA"))
    assert channel.outcome.detail.count(" at clause ") == rules.MOST_TOLD
    assert channel.outcome.detail.endswith("; the gate lists them all")


def test_refused_initials_do_not_have_the_text_read_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read: list[object] = []

    def counted(*args: object, **_: object) -> tuple[lint.Finding, ...]:
        read.append(args)
        return ()

    monkeypatch.setattr(lint, "findings", counted)
    channel = Ceremony([clause("c-one", en="We [a] meet.", ru="Мы [а].")])
    for _ in range(3):
        channel.refuses(initialled(channel.head, "USA"), "USA", HEAD, **who("USA"))
    assert not read
    assert channel.open_rules() == ["bracket", "bracket", "position"]
    assert len(read) == 1


def test_treaty_wording_is_in_order_where_the_instrument_binds() -> None:
    channel = Ceremony([clause("c-one", en="We shall meet.", ru="Мы встречаемся.")])
    assert channel.open_rules() == ["finding"]
    talks = dataclasses.replace(channel.talks, opened=opened(legal_character="binding"))
    assert gate.gate(channel.state, talks, channel.head) == ()
    talks = dataclasses.replace(channel.talks, opened=None)
    assert gate.gate(channel.state, talks, channel.head) == ()


def test_a_fork_and_a_text_that_is_not_the_head_are_not_initialled() -> None:
    channel = Ceremony()
    first = channel.head
    channel.applies(child(first.text, first.statement, author="RUS"), "RUS")
    content = initialled(first, "USA")
    assert channel.refuses(content, "USA", HEAD, **who("USA")) == "not-ready"
    assert "not-head" in channel.outcome.detail
    channel.applies(child(first.text, first.statement))
    assert channel.open_rules() == ["not-head"]


def test_the_words_must_be_agreed_by_both_as_they_stand() -> None:
    channel = Ceremony(agreeing=False)
    assert channel.open_rules() == ["position"] * 3
    channel.agree()
    assert channel.open_rules() == []
    channel.applies(position(channel.text, "ad_referendum"), "RUS", HEAD)
    first, *_ = gate.gate(channel.state, channel.talks, channel.head)
    assert str(first) == (
        'position at clause "title": expected both to agree to these words;'
        " now RUS ad_referendum, USA agree"
    )
    channel.applies(child(channel.head.text, channel.text))
    channel.agree()
    assert channel.open_rules() == []


def test_a_word_that_changed_takes_the_agreement_away() -> None:
    channel = Ceremony()
    version = channel.head
    made = Replace(
        cid="c-one",
        texts=clause("c-one", en="We do meet.", ru="Мы встречаемся.").texts,
        notes=NO_NOTES,
    )
    channel.applies(child(version.text, version.statement, made))
    [only] = gate.gate(channel.state, channel.talks, channel.head)
    assert (only.rule, only.clause) == ("position", "c-one")
    assert "confirm" in only.expected


def test_a_finding_of_a_person_bars_the_conclusion_until_it_is_settled() -> None:
    channel = Ceremony()
    found = FindingMade(
        header=header("linguist"),
        version=channel.text,
        cid="c-one",
        finding_kind="nuance",
        detail="The tenses differ.",
    )
    placed = channel.applies(found, "RUS", "linguist")
    [only] = gate.gate(channel.state, channel.talks, channel.head)
    assert (only.rule, only.clause) == ("open-finding", "c-one")
    content = initialled(channel.head, "USA")
    assert channel.refuses(content, "USA", HEAD, **who("USA")) == "not-ready"
    settled = FindingSettled(
        header=header("linguist"), finding=placed, how="withdrawn", version=ZERO, note=""
    )
    channel.applies(settled, "RUS", "linguist")
    channel.applies(content, "USA", HEAD, **who("USA"))


def test_a_contested_position_bars_the_conclusion() -> None:
    channel = Ceremony()
    channel.hears(revocation("RUS", 7, since=1), "RUS", "root")
    assert channel.open_rules() == ["contested"]
    channel.agree()
    assert channel.open_rules() == ["contested"]
    channel.applies(position(channel.text), "RUS", HEAD, **who("RUS", 3))
    assert channel.open_rules() == []


def test_a_side_document_is_neither_initialled_nor_signed() -> None:
    channel = Ceremony()
    letter = channel.applies(document_opened())
    clauses = clean_clauses()
    about = header(relates_to=Relation(channel=CHANNEL, statement=letter))
    version = channel.applies(
        tabled(channel.head.text, clauses=clauses, header=about, version_kind="tabled")
    )
    found = channel.version_of(version)
    assert channel.refuses(initialled(found, "USA"), "USA", HEAD, **who("USA")) == "not-ready"
    assert "not-instrument" in channel.outcome.detail
    assert channel.refuses(alternat(version)) == "document-differs"
    assert channel.refuses(effect(version), role=HEAD) == "document-differs"


def test_nobody_concludes_without_full_powers_for_it() -> None:
    channel = Ceremony(powers_for=0)
    content = initialled(channel.head, "USA")
    assert channel.refuses(content, "USA", HEAD, **who("USA")) == "not-ready"
    assert channel.outcome.detail.startswith("no-powers: expected full powers to initial for ")
    channel.applies(powers("USA", purpose="sign"))
    assert channel.refuses(content, "USA", HEAD, **who("USA")) == "not-ready"
    channel.applies(powers("USA", purpose="initial"))
    channel.applies(content, "USA", HEAD, **who("USA"))
    shown = gate.powers_of(channel.talks, gate.Person("USA", who("USA")["holder"]))
    assert ZERO not in (shown.initial, shown.sign)


def test_the_full_powers_of_one_party_are_nothing_to_the_other() -> None:
    channel = Ceremony(powers_for=0)
    channel.applies(powers("USA"), "RUS")
    content = initialled(channel.head, "USA")
    assert channel.refuses(content, "USA", HEAD, **who("USA")) == "not-ready"


def test_full_powers_name_the_capacity_in_working_languages() -> None:
    channel = Ceremony()
    content = dataclasses.replace(powers("USA"), capacity=to_wordings({"fr": "Chef"}))
    assert channel.refuses(content) == "unknown-language"


def test_an_entry_that_does_not_open_bars_the_conclusion_until_it_does() -> None:
    channel = Ceremony()
    channel.hears(Unopened(entry=3, reason="wrap"), "RUS")
    assert channel.open_rules() == ["unopened"]
    content = initialled(channel.head, "USA")
    assert channel.refuses(content, "USA", HEAD, **who("USA")) == "not-ready"
    channel.hears(Opened(entry=3), "RUS")
    channel.applies(content, "USA", HEAD, **who("USA"))


def test_without_a_manifest_nobody_knows_how_many_must_initial() -> None:
    channel = Ceremony()
    talks, version = channel.talks, dataclasses.replace(channel.head, terms={})
    found = gate.gate(channel.state, talks, version)
    assert [each.rule for each in found] == ["no-policy", "no-policy"]


# ---------------------------------------------------------------------------- contested


def test_a_statement_by_a_compromised_key_bars_the_conclusion_until_its_party_stands_by_it() -> (
    None
):
    channel = Ceremony()
    channel.hears(revocation("USA", 9), "USA", "root")
    assert channel.open_rules() == []
    channel.hears(revocation("USA", 9, since=1), "USA", "root")
    assert channel.open_rules() == ["contested"]
    content = initialled(channel.head, "RUS")
    assert channel.refuses(content, "RUS", HEAD, **who("RUS")) == "not-ready"
    text = channel.text
    assert channel.refuses(stood_by(text), "RUS", SIGNATORY) == "author-differs"
    assert channel.refuses(stood_by(ZERO), "USA", SIGNATORY) == "unknown-statement"
    channel.applies(stood_by(text), "USA", SIGNATORY, **who("USA", 1))
    channel.applies(content, "RUS", HEAD, **who("RUS"))
    assert channel.refuses(stood_by(text), "USA", SIGNATORY) == "not-contested"
    channel.hears(revocation("USA", 1, since=1), "USA", "root")
    assert channel.open_rules() == ["contested"]


def test_a_contested_initial_bars_the_signature() -> None:
    channel = Ceremony()
    channel.initials("USA")
    placed = channel.talks.conclusion.initials[0].said
    channel.initials("RUS")
    by = channel.alternat()
    channel.hears(revocation("USA", 0, since=placed.index + 1), "USA", "root")
    assert channel.open_rules("sign") == []
    channel.hears(revocation("USA", 0, since=placed.index), "USA", "root")
    content = signed(channel.head, "RUS", "RUS", by)
    assert channel.refuses(content, "RUS", SIGNATORY, **who("RUS")) == "not-ready"
    assert f"entry {placed.index} is contested" in channel.outcome.detail


def test_a_refused_statement_is_not_stood_by() -> None:
    channel = Ceremony(powers_for=0)
    content = initialled(channel.head, "USA")
    refused = channel.say(content, "USA", HEAD, **who("USA"))
    channel.hears(revocation("USA", 0, since=1), "USA", "root")
    assert not concluded.is_contested(channel.state, channel.talks, refused)
    assert channel.refuses(stood_by(refused), "USA", SIGNATORY) == "unknown-statement"
