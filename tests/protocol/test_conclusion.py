"""Initialling, signing, originals, effect, corrections, contested statements (SPEC 7.15-7.17)."""

import dataclasses

import pytest

from paraph.protocol.errors import MalformedError, MisuseError
from paraph.protocol.keys import SecretKey
from paraph.protocol.names import ZERO, Context
from paraph.protocol.negotiation import concluded, gate, lint
from paraph.protocol.negotiation.fold import conclusion as rules
from paraph.protocol.negotiation.fold.checks import version_of
from paraph.protocol.negotiation.phase import Phase, phase
from paraph.protocol.statements.clear import Heartbeat, Opened, Unopened
from paraph.protocol.statements.conclusion import (
    ConcludingAct,
    EffectStated,
    Initialled,
    Original,
    PartyRoots,
    Signed,
    Substitution,
    check_act,
    sign_act,
)
from paraph.protocol.statements.content import decode_content, encode_content
from paraph.protocol.statements.header import Relation, to_digests, to_wordings
from paraph.protocol.statements.recall import Recalled
from paraph.protocol.statements.scrutiny import FindingMade, FindingSettled
from paraph.protocol.statements.versions import NO_NOTES, Replace, VersionTabled
from tests.support import silence as quiet
from tests.support.concluding import (
    HEAD,
    SIGNATORY,
    Ceremony,
    act,
    agreed,
    alternat,
    clean_clauses,
    effect,
    effect_noted,
    event,
    initialled,
    manifest,
    position,
    powers,
    revocation,
    signed,
    stood_by,
    who,
    withdrawn,
)
from tests.support.negotiating import (
    CHANNEL,
    TALKS,
    Channel,
    child,
    clause,
    confirmed,
    header,
    opened,
    tabled,
)
from tests.support.negotiating import header as head
from tests.support.side_documents import opened as document_opened

DAY = 86_400_000
NOW = 1_445_342_400_000


def open_rules(channel: Ceremony, purpose: gate.Purpose = "initial") -> list[str]:
    return [each.rule for each in gate.gate(channel.state, channel.talks, channel.version, purpose)]


# ---------------------------------------------------------------------------- the gate


def test_an_initial_passes_where_nothing_stands_open() -> None:
    channel = Ceremony()
    assert open_rules(channel) == []
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
    first, *_ = gate.gate(channel.state, channel.talks, channel.version)
    assert (first.rule, first.clause) == (rule, cid)
    content = initialled(channel.version, "USA")
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
    content = initialled(channel.version, "USA")
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
        channel.refuses(initialled(channel.version, "USA"), "USA", HEAD, **who("USA"))
    assert not read
    assert open_rules(channel) == ["bracket", "bracket", "position"]
    assert len(read) == 1


def test_treaty_wording_is_in_order_where_the_instrument_binds() -> None:
    channel = Ceremony([clause("c-one", en="We shall meet.", ru="Мы встречаемся.")])
    assert open_rules(channel) == ["finding"]
    talks = dataclasses.replace(channel.talks, opened=opened(legal_character="binding"))
    assert gate.gate(channel.state, talks, channel.version) == ()
    talks = dataclasses.replace(channel.talks, opened=None)
    assert gate.gate(channel.state, talks, channel.version) == ()


def test_a_fork_and_a_text_that_is_not_the_head_are_not_initialled() -> None:
    channel = Ceremony()
    first = channel.version
    channel.applies(child(first.text, first.statement, author="RUS"), "RUS")
    content = initialled(first, "USA")
    assert channel.refuses(content, "USA", HEAD, **who("USA")) == "not-ready"
    assert "not-head" in channel.outcome.detail
    channel.applies(child(first.text, first.statement))
    assert open_rules(channel) == ["not-head"]


def test_the_words_must_be_agreed_by_both_as_they_stand() -> None:
    channel = Ceremony(agreeing=False)
    assert open_rules(channel) == ["position"] * 3
    channel.agree()
    assert open_rules(channel) == []
    channel.applies(position(channel.text, "ad_referendum"), "RUS", HEAD)
    first, *_ = gate.gate(channel.state, channel.talks, channel.version)
    assert str(first) == (
        'position at clause "title": expected both to agree to these words;'
        " now RUS ad_referendum, USA agree"
    )
    channel.applies(child(channel.version.text, channel.text))
    channel.agree()
    assert open_rules(channel) == []


def test_a_word_that_changed_takes_the_agreement_away() -> None:
    channel = Ceremony()
    version = channel.version
    made = Replace(
        cid="c-one",
        texts=clause("c-one", en="We do meet.", ru="Мы встречаемся.").texts,
        notes=NO_NOTES,
    )
    channel.applies(child(version.text, version.statement, made))
    [only] = gate.gate(channel.state, channel.talks, channel.version)
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
    [only] = gate.gate(channel.state, channel.talks, channel.version)
    assert (only.rule, only.clause) == ("open-finding", "c-one")
    content = initialled(channel.version, "USA")
    assert channel.refuses(content, "USA", HEAD, **who("USA")) == "not-ready"
    settled = FindingSettled(
        header=header("linguist"), finding=placed, how="withdrawn", version=ZERO, note=""
    )
    channel.applies(settled, "RUS", "linguist")
    channel.applies(content, "USA", HEAD, **who("USA"))


def test_a_contested_position_bars_the_conclusion() -> None:
    channel = Ceremony()
    channel.hears(revocation("RUS", 7, since=1), "RUS", "root")
    assert open_rules(channel) == ["contested"]
    channel.agree()
    assert open_rules(channel) == ["contested"]
    channel.applies(position(channel.text), "RUS", HEAD, **who("RUS", 3))
    assert open_rules(channel) == []


def test_a_side_document_is_neither_initialled_nor_signed() -> None:
    channel = Ceremony()
    letter = channel.applies(document_opened())
    clauses = clean_clauses()
    about = header(relates_to=Relation(channel=CHANNEL, statement=letter))
    version = channel.applies(
        tabled(channel.version.text, clauses=clauses, header=about, version_kind="tabled")
    )
    found = channel.talks.versions.get(version)
    assert found is not None
    assert channel.refuses(initialled(found, "USA"), "USA", HEAD, **who("USA")) == "not-ready"
    assert "not-instrument" in channel.outcome.detail
    assert channel.refuses(alternat(version)) == "document-differs"
    assert channel.refuses(effect(version), role=HEAD) == "document-differs"


def test_nobody_concludes_without_full_powers_for_it() -> None:
    channel = Ceremony(powers_for=0)
    content = initialled(channel.version, "USA")
    assert channel.refuses(content, "USA", HEAD, **who("USA")) == "not-ready"
    assert channel.outcome.detail.startswith("no-powers: expected full powers to initial of USA")
    channel.applies(powers("USA", purpose="sign"))
    assert channel.refuses(content, "USA", HEAD, **who("USA")) == "not-ready"
    channel.applies(powers("USA", purpose="initial"))
    channel.applies(content, "USA", HEAD, **who("USA"))
    shown = gate.powers_of(channel.talks, gate.Person("USA", who("USA")["holder"]))
    assert ZERO not in (shown.initial, shown.sign)


def test_the_full_powers_of_one_party_are_nothing_to_the_other() -> None:
    channel = Ceremony(powers_for=0)
    channel.applies(powers("USA"), "RUS")
    content = initialled(channel.version, "USA")
    assert channel.refuses(content, "USA", HEAD, **who("USA")) == "not-ready"


def test_full_powers_name_the_capacity_in_working_languages() -> None:
    channel = Ceremony()
    content = dataclasses.replace(powers("USA"), capacity=to_wordings({"fr": "Chef"}))
    assert channel.refuses(content) == "unknown-language"


def test_an_entry_that_does_not_open_bars_the_conclusion_until_it_does() -> None:
    channel = Ceremony()
    channel.hears(Unopened(entry=3, reason="wrap"), "RUS")
    assert open_rules(channel) == ["unopened"]
    content = initialled(channel.version, "USA")
    assert channel.refuses(content, "USA", HEAD, **who("USA")) == "not-ready"
    channel.hears(Opened(entry=3), "RUS")
    channel.applies(content, "USA", HEAD, **who("USA"))


def test_without_a_manifest_nobody_knows_how_many_must_initial() -> None:
    channel = Ceremony()
    talks, version = channel.talks, dataclasses.replace(channel.version, terms={})
    found = gate.gate(channel.state, talks, version)
    assert [each.rule for each in found] == ["no-policy", "no-policy"]


# ---------------------------------------------------------------------------- initials


def test_the_text_is_authenticated_with_the_last_required_initial() -> None:
    channel = Ceremony(initiallers=2, powers_for=2)
    for party, number in (("USA", 0), ("RUS", 0), ("RUS", 1)):
        channel.initials(party, number)
        assert concluded.initialled(channel.talks) is None
    channel.initials("USA", 1)
    assert concluded.initialled(channel.talks) == channel.version
    assert phase(channel.state, channel.talks) == Phase("authenticated")
    content = initialled(channel.version, "USA", 2)
    assert channel.refuses(content, "USA", HEAD, **who("USA", 2)) == "concluded"


def test_a_person_initials_once_whatever_the_key() -> None:
    channel = Ceremony(initiallers=2)
    channel.initials("USA")
    other = {"holder": who("USA")["holder"], "key": who("USA", 5)["key"]}
    content = initialled(channel.version, "USA", signer=other["key"])
    assert channel.refuses(content, "USA", HEAD, **other) == "initialled-before"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"channel": ZERO}, "act-differs"),
        ({"party": "RUS"}, "act-differs"),
        ({"signer": ZERO}, "act-differs"),
        ({"holder": bytes(16)}, "act-differs"),
        ({"version": ZERO}, "unknown-version"),
        ({"capacity": to_wordings({"en": "King"})}, "capacity-differs"),
        ({"texts": to_digests({"en": ZERO, "ru": ZERO})}, "digest-differs"),
        ({"texts": to_digests({"en": ZERO}), "languages": ("en",)}, "digest-differs"),
        (
            {"roots": tuple(PartyRoots(party=each, digest=ZERO) for each in ("RUS", "USA"))},
            "roots-differ",
        ),
        (
            {"roots": tuple(PartyRoots(party=each, digest=ZERO) for each in ("FRA", "RUS"))},
            "roots-differ",
        ),
    ],
)
def test_an_act_that_says_anything_else_than_the_log_is_refused(
    changes: dict[str, object], code: str
) -> None:
    channel = Ceremony()
    content = initialled(channel.version, "USA", role=HEAD, **changes)
    assert channel.refuses(content, "USA", HEAD, **who("USA")) == code


def test_the_roots_are_those_in_force_and_the_policy_is_that_of_the_version() -> None:
    channel = Ceremony()
    channel.hears(manifest("USA", initiallers=4, signatories=4, roots=1), "USA", "root")
    content = initialled(channel.version, "RUS")
    assert channel.refuses(content, "RUS", HEAD, **who("RUS")) == "roots-differ"
    channel.hears(manifest("USA", initiallers=4, signatories=4), "USA", "root")
    channel.initialled()
    assert concluded.initialled(channel.talks) is not None


def test_only_heads_and_signatories_initial_and_signatories_sign() -> None:
    channel = Ceremony()
    by_desk = initialled(channel.version, "USA", role="desk_officer")
    assert channel.refuses(by_desk, "USA", "desk_officer", **who("USA")) == "role"
    by = channel.initialled().alternat()
    by_head = signed(channel.version, "USA", "USA", by, role=HEAD)
    assert channel.refuses(by_head, "USA", HEAD, **who("USA")) == "role"


def test_the_text_is_frozen_from_the_first_initial_on_and_thaws_with_the_last() -> None:
    channel = Ceremony()
    version = channel.version
    change = child(version.text, version.statement)
    rival = tabled(version.text, clauses=clean_clauses())
    placed = channel.initials("USA")
    assert channel.refuses(change) == "frozen-text"
    assert channel.refuses(rival) == "frozen-text"
    assert channel.refuses(dataclasses.replace(change, version_kind="rectified")) == (
        "nothing-to-rectify"
    )
    channel.applies(withdrawn(placed), "USA", HEAD)
    channel.applies(change)


def test_control_without_the_freeze_a_text_would_change_under_its_initials(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    channel = Ceremony()
    channel.initials("USA")
    monkeypatch.setattr(rules, "may_table", lambda *_: None)
    channel.applies(child(channel.version.text, channel.version.statement))


def test_a_text_that_is_initialled_is_not_recalled() -> None:
    channel = Ceremony()
    recall = Recalled(header=header(), subject=channel.text, reason="")
    placed = channel.initials("RUS")
    assert channel.refuses(recall) == "built-on"
    channel.applies(withdrawn(placed), "RUS", HEAD)
    channel.applies(recall)


def test_side_documents_go_on_while_the_text_is_frozen() -> None:
    channel = Ceremony().initialled()
    letter = channel.applies(document_opened())
    about = header(relates_to=Relation(channel=CHANNEL, statement=letter))
    channel.applies(tabled(channel.version.text, clauses=clean_clauses(), header=about))


# ---------------------------------------------------------------------------- withdrawal


def test_an_initial_is_taken_back_until_the_last_required_one() -> None:
    channel = Ceremony()
    placed = channel.initials("USA")
    assert channel.refuses(withdrawn(placed), "RUS", HEAD) == "author-differs"
    assert channel.refuses(withdrawn(ZERO), "USA", HEAD) == "not-standing"
    channel.applies(withdrawn(placed), "USA", HEAD)
    assert channel.talks.conclusion.initials == ()
    assert channel.refuses(withdrawn(placed), "USA", HEAD) == "not-standing"
    again = channel.initials("USA")
    channel.initials("RUS")
    assert channel.refuses(withdrawn(again), "USA", HEAD) == "concluded"


def test_a_signature_is_taken_back_by_a_signatory_until_the_last_required_one() -> None:
    channel = Ceremony().initialled()
    by = channel.alternat()
    placed = channel.signs("USA", "USA", by)
    assert channel.refuses(withdrawn(placed), "USA", HEAD) == "role"
    channel.applies(withdrawn(placed, SIGNATORY), "USA", SIGNATORY)
    last = channel.signs("USA", "USA", by)
    for party, original in (("USA", "RUS"), ("RUS", "RUS"), ("RUS", "USA")):
        assert not concluded.is_signed(channel.talks)
        channel.signs(party, original, by)
    assert concluded.is_signed(channel.talks)
    assert channel.refuses(withdrawn(last, SIGNATORY), "USA", SIGNATORY) == "concluded"


# ---------------------------------------------------------------------------- signatures


def test_nothing_is_signed_before_it_is_initialled_and_the_originals_are_agreed() -> None:
    channel = Ceremony()
    content = alternat(channel.version.statement)
    set_ = channel.applies(content)
    first = signed(channel.version, "USA", "USA", (set_, content))
    assert channel.refuses(first, "USA", SIGNATORY, **who("USA")) == "not-ready"
    assert "not-initialled" in channel.outcome.detail
    channel.initialled()
    assert open_rules(channel, "sign") == ["no-alternat"]
    assert channel.refuses(first, "USA", SIGNATORY, **who("USA")) == "not-ready"
    channel.applies(agreed(set_), "RUS", HEAD)
    channel.applies(first, "USA", SIGNATORY, **who("USA"))


def test_each_original_needs_every_required_signature_of_both_parties() -> None:
    channel = Ceremony(signatories=2, powers_for=2).initialled()
    by = channel.alternat()
    for number in (0, 1):
        for original in ("USA", "RUS"):
            for party in ("USA", "RUS"):
                assert not concluded.is_signed(channel.talks)
                channel.signs(party, original, by, number)
    assert concluded.is_signed(channel.talks)
    content = signed(channel.version, "USA", "USA", by, 2)
    assert channel.refuses(content, "USA", SIGNATORY, **who("USA", 2)) == "concluded"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"alternat": bytes(31) + b"\x01"}, "alternat-differs"),
        ({"languages": ("ru", "en")}, "alternat-differs"),
        ({"original": "FRA"}, "unknown-party"),
        ({"texts": to_digests({"en": ZERO, "ru": ZERO})}, "digest-differs"),
        ({"holder": bytes(16)}, "act-differs"),
    ],
)
def test_a_signature_on_anything_but_the_agreed_original_is_refused(
    changes: dict[str, object], code: str
) -> None:
    channel = Ceremony().initialled()
    content = signed(channel.version, "USA", "USA", channel.alternat(), role=SIGNATORY, **changes)
    assert channel.refuses(content, "USA", SIGNATORY, **who("USA")) == code


def test_the_signature_of_the_other_original_does_not_fit_this_one() -> None:
    channel = Ceremony().initialled()
    by = channel.alternat()
    other = signed(channel.version, "USA", "RUS", by).act
    content = signed(channel.version, "USA", "USA", by, texts=other.texts)
    assert channel.refuses(content, "USA", SIGNATORY, **who("USA")) == "digest-differs"


def test_a_person_signs_an_original_once() -> None:
    channel = Ceremony().initialled()
    by = channel.alternat()
    channel.signs("USA", "USA", by)
    content = signed(channel.version, "USA", "USA", by)
    assert channel.refuses(content, "USA", SIGNATORY, **who("USA")) == "signed-before"


# ---------------------------------------------------------------------------- originals


def test_the_originals_stay_as_they_are_once_one_is_signed() -> None:
    channel = Ceremony().initialled()
    first, newer = channel.alternat(), channel.alternat()
    stale = signed(channel.version, "USA", "USA", first)
    assert channel.refuses(stale, "USA", SIGNATORY, **who("USA")) == "alternat-differs"
    late = alternat(channel.version.statement)
    waiting = channel.applies(late)
    channel.signs("USA", "USA", newer)
    channel.applies(agreed(waiting), "RUS", HEAD)
    other = signed(channel.version, "RUS", "USA", (waiting, late))
    assert channel.refuses(other, "RUS", SIGNATORY, **who("RUS")) == "alternat-differs"
    assert channel.refuses(alternat(channel.version.statement)) == "frozen-text"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"named_first": "FRA"}, "unknown-party"),
        (
            {
                "originals": (
                    Original(kept_by="FRA", parties=("FRA", "USA"), languages=("en", "ru")),
                    Original(kept_by="USA", parties=("USA", "FRA"), languages=("en", "ru")),
                )
            },
            "originals-differ",
        ),
        (
            {
                "originals": (
                    Original(kept_by="RUS", parties=("USA", "RUS"), languages=("en", "ru")),
                    Original(kept_by="USA", parties=("USA", "RUS"), languages=("en", "ru")),
                )
            },
            "originals-differ",
        ),
        (
            {
                "originals": (
                    Original(kept_by="RUS", parties=("RUS", "FRA"), languages=("en", "ru")),
                    Original(kept_by="USA", parties=("USA", "RUS"), languages=("en", "ru")),
                )
            },
            "originals-differ",
        ),
        (
            {
                "originals": (
                    Original(kept_by="RUS", parties=("RUS", "USA"), languages=("en", "en")),
                    Original(kept_by="USA", parties=("USA", "RUS"), languages=("en", "ru")),
                )
            },
            "originals-differ",
        ),
        (
            {"substitutions": (Substitution(language="fr", old="A", new="B"),)},
            "unknown-language",
        ),
        (
            {"substitutions": (Substitution(language="en", old="nowhere", new="B"),)},
            "substitution-differs",
        ),
        ({"version": ZERO}, "unknown-version"),
    ],
)
def test_originals_that_cannot_be_made_are_refused(changes: dict[str, object], code: str) -> None:
    channel = Ceremony()
    assert channel.refuses(alternat(channel.version.statement, **changes)) == code


# ---------------------------------------------------------------------------- effect


def beat(channel: Channel, dated: int) -> None:
    size = channel.state.size
    channel.hears(Heartbeat(dated=dated, verified=size, held=size), log_time=dated)


def agree_effect(channel: Ceremony, content: EffectStated) -> None:
    stated = channel.applies(content, "USA", HEAD)
    channel.applies(agreed(stated), "RUS", HEAD)


def test_the_text_is_in_effect_from_the_last_signature_on() -> None:
    channel = Ceremony()
    agree_effect(channel, effect(channel.version.statement))
    beat(channel, NOW)
    channel.signed()
    assert phase(channel.state, channel.talks) == Phase("in_effect", since=NOW)


def test_what_one_party_says_of_the_effect_is_no_effect() -> None:
    channel = Ceremony()
    channel.applies(effect(channel.version.statement), "USA", HEAD)
    channel.signed()
    assert phase(channel.state, channel.talks) == Phase("signed")


def test_the_effect_is_agreed_by_those_who_may_bind_their_party() -> None:
    channel = Ceremony()
    stated = channel.applies(effect(channel.version.statement), "USA", HEAD)
    assert channel.refuses(agreed(stated, "desk_officer"), "RUS") == "role"
    channel.applies(agreed(stated), "RUS", HEAD)


def test_the_text_is_in_effect_from_an_instant_of_log_time_on() -> None:
    channel = Ceremony()
    agree_effect(channel, effect(channel.version.statement, "at_instant", NOW + DAY))
    beat(channel, NOW)
    channel.signed()
    assert phase(channel.state, channel.talks) == Phase("signed")
    beat(channel, NOW + DAY)
    assert phase(channel.state, channel.talks) == Phase("in_effect", since=NOW + DAY)


def test_the_text_is_in_effect_by_notes_of_both_parties() -> None:
    channel = Ceremony()
    agree_effect(channel, effect(channel.version.statement, "on_note"))
    beat(channel, NOW)
    channel.signed()
    channel.applies(effect_noted("begins", NOW - 2), "USA", SIGNATORY)
    assert phase(channel.state, channel.talks) == Phase("signed")
    channel.applies(effect_noted("begins", NOW - 1), "RUS", SIGNATORY)
    assert phase(channel.state, channel.talks) == Phase("in_effect", since=NOW - 1)


def test_effect_is_suspended_resumed_and_ended_from_exact_instants_on() -> None:
    channel = Ceremony()
    agree_effect(channel, effect(channel.version.statement))
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
        talks = channel.state.negotiations.get(TALKS)
        assert talks is not None
        return phase(channel.state, talks).word

    assert now() == "drafting"
    clauses = (clause("c-one", en="[USA: We meet.]", ru="[USA: Мы встречаемся.]"),)
    text = Ceremony(clauses).version.text
    first = channel.applies(tabled(text, clauses=clauses, round=1))
    assert now() == "tabled"
    channel.applies(child(text, first, author="RUS", round=2), "RUS")
    assert now() == "negotiating"
    channel.applies(child(text, first, author="RUS", round=3, version_kind="scrubbed"), "RUS")
    assert now() == "negotiating"
    scrub = channel.state.negotiations.get(TALKS)
    assert scrub is not None
    assert phase(channel.state, scrub).round == 3


def test_a_text_is_adopted_when_both_agree_to_it_ad_referendum_at_least() -> None:
    channel = Ceremony(agreeing=False)
    version = channel.version
    head_ = channel.applies(child(version.text, version.statement, version_kind="consolidated"))
    for party in ("USA", "RUS"):
        assert phase(channel.state, channel.talks).word == "negotiating"
        channel.applies(position(head_, "ad_referendum", "desk_officer"), party)
    assert phase(channel.state, channel.talks).word == "adopted_ad_ref"


def test_a_scrubbed_head_is_in_scrub() -> None:
    assert phase(Ceremony().state, Ceremony().talks) == Phase("scrub")


# ---------------------------------------------------------------------------- corrections


def correction(channel: Ceremony, words: str, **changes: object) -> VersionTabled:
    protocol = channel.applies(document_opened())
    version = concluded.in_force(channel.talks) or channel.version
    made = Replace(
        cid="c-one",
        texts=clause("c-one", en=words, ru="Мы встречаемся.").texts,
        notes=NO_NOTES,
    )
    fields: dict[str, object] = {
        "version_kind": "rectified",
        "header": header(relates_to=Relation(channel=CHANNEL, statement=protocol)),
    }
    return child(version.text, version.statement, made, **{**fields, **changes})


def corrects(channel: Ceremony, placed: bytes) -> None:
    content = confirmed(placed, channel.version.text, header=head(HEAD))
    channel.applies(content, "RUS", HEAD)


def test_no_desk_officer_lets_a_correction_stand_by_silence() -> None:
    channel = Ceremony().initialled()
    placed = channel.applies(correction(channel, "We do meet."))
    channel.hears(Heartbeat(verified=0, held=0, dated=1), log_time=NOW)
    running = channel.applies(quiet.opened(channel.version, expires=NOW + 2 * DAY))
    held = channel.state.size
    for at in (NOW, NOW, NOW + 3 * DAY, NOW + 3 * DAY):
        channel.hears(Heartbeat(verified=held, held=held, dated=1), "RUS", log_time=at)
    assert channel.version.statement == placed
    assert channel.refuses(quiet.closed(running, channel.state.size), "RUS") == "role"
    assert concluded.in_force(channel.talks) != channel.version


def test_a_version_is_frozen_once_every_required_initial_stands_on_it() -> None:
    channel = Ceremony()
    assert not concluded.is_frozen(channel.talks, channel.version)
    channel.initials("USA")
    assert not concluded.is_frozen(channel.talks, channel.version)
    channel = Ceremony().initialled()
    assert concluded.is_frozen(channel.talks, channel.version)


def test_a_signed_text_is_corrected_when_both_confirm_it() -> None:
    channel = Ceremony().signed()
    original = channel.version
    change = correction(channel, "We do meet.")
    placed = channel.applies(change)
    assert concluded.in_force(channel.talks) == original
    assert concluded.correcting(channel.talks) == channel.version
    assert channel.refuses(confirmed(placed, channel.version.text), "RUS") == "role"
    corrects(channel, placed)
    assert concluded.in_force(channel.talks) == channel.version
    assert concluded.correcting(channel.talks) is None
    assert phase(channel.state, channel.talks).rectified
    again = channel.applies(correction(channel, "We will meet."))
    assert channel.version.statement == again


def test_of_two_corrections_of_one_text_the_one_confirmed_first_counts() -> None:
    channel = Ceremony().signed()
    one, two = correction(channel, "We do meet."), correction(channel, "We will meet.")
    placed = [channel.applies(each) for each in (one, two)]
    texts_made = [version_of(channel.talks, each).text for each in placed]
    assert concluded.correcting(channel.talks) is not None
    channel.applies(confirmed(placed[1], texts_made[1], header=head(HEAD)), "RUS", HEAD)
    assert concluded.in_force(channel.talks) == version_of(channel.talks, placed[1])
    assert concluded.correcting(channel.talks) is None  # the other is of a text not in force
    channel.applies(confirmed(placed[0], texts_made[0], header=head(HEAD)), "RUS", HEAD)
    assert concluded.in_force(channel.talks) == version_of(channel.talks, placed[1])


def test_a_correction_needs_its_document_and_the_text_in_force() -> None:
    channel = Ceremony().initialled()
    version = channel.version
    bare = correction(channel, "We do meet.", header=head())
    assert channel.refuses(bare) == "unknown-document"
    elsewhere = head(relates_to=Relation(channel=bytes(31) + b"\x01", statement=version.statement))
    assert channel.refuses(correction(channel, "Us.", header=elsewhere)) == "foreign-reference"
    placed = channel.applies(correction(channel, "We do meet."))
    found = channel.talks.versions.get(placed)
    assert found is not None
    on_top = child(found.text, placed, version_kind="rectified")
    assert channel.refuses(on_top) == "nothing-to-rectify"


def test_nothing_is_signed_while_a_correction_waits_and_the_corrected_text_is_signed() -> None:
    channel = Ceremony().initialled()
    version = channel.version
    placed = channel.applies(correction(channel, "We do meet."))
    content = alternat(version.statement)
    by = channel.applies(content)
    channel.applies(agreed(by), "RUS", HEAD)
    early = signed(version, "USA", "USA", (by, content))
    assert channel.refuses(early, "USA", SIGNATORY, **who("USA")) == "not-ready"
    assert "correction-open" in channel.outcome.detail
    corrects(channel, placed)
    channel.agree()
    assert channel.refuses(early, "USA", SIGNATORY, **who("USA")) == "not-ready"
    assert "expected the text in force" in channel.outcome.detail
    newer = channel.alternat()
    for original in ("USA", "RUS"):
        for party in ("USA", "RUS"):
            channel.signs(party, original, newer)
    assert concluded.is_signed(channel.talks)


def test_two_corrections_side_by_side_leave_the_initialled_text_in_force() -> None:
    channel = Ceremony().initialled()
    version = channel.version
    for words in ("We do meet.", "We will meet."):
        channel.applies(correction(channel, words))
    assert concluded.in_force(channel.talks) == version
    assert concluded.correcting(channel.talks) == channel.version


# ---------------------------------------------------------------------------- contested


def test_a_statement_by_a_compromised_key_bars_the_conclusion_until_its_party_stands_by_it() -> (
    None
):
    channel = Ceremony()
    channel.hears(revocation("USA", 9), "USA", "root")
    assert open_rules(channel) == []
    channel.hears(revocation("USA", 9, since=1), "USA", "root")
    assert open_rules(channel) == ["contested"]
    content = initialled(channel.version, "RUS")
    assert channel.refuses(content, "RUS", HEAD, **who("RUS")) == "not-ready"
    text = channel.text
    assert channel.refuses(stood_by(text), "RUS", SIGNATORY) == "author-differs"
    assert channel.refuses(stood_by(ZERO), "USA", SIGNATORY) == "unknown-statement"
    channel.applies(stood_by(text), "USA", SIGNATORY, **who("USA", 1))
    channel.applies(content, "RUS", HEAD, **who("RUS"))
    assert channel.refuses(stood_by(text), "USA", SIGNATORY) == "not-contested"
    channel.hears(revocation("USA", 1, since=1), "USA", "root")
    assert open_rules(channel) == ["contested"]


def test_a_contested_initial_bars_the_signature() -> None:
    channel = Ceremony()
    channel.initials("USA")
    placed = channel.talks.conclusion.initials[0].said
    channel.initials("RUS")
    by = channel.alternat()
    channel.hears(revocation("USA", 0, since=placed.index + 1), "USA", "root")
    assert open_rules(channel, "sign") == []
    channel.hears(revocation("USA", 0, since=placed.index), "USA", "root")
    content = signed(channel.version, "RUS", "RUS", by)
    assert channel.refuses(content, "RUS", SIGNATORY, **who("RUS")) == "not-ready"
    assert f"entry {placed.index} is contested" in channel.outcome.detail


def test_a_refused_statement_is_not_stood_by() -> None:
    channel = Ceremony(powers_for=0)
    content = initialled(channel.version, "USA")
    refused = channel.say(content, "USA", HEAD, **who("USA"))
    channel.hears(revocation("USA", 0, since=1), "USA", "root")
    assert not concluded.is_contested(channel.state, channel.talks, refused)
    assert channel.refuses(stood_by(refused), "USA", SIGNATORY) == "unknown-statement"


# ---------------------------------------------------------------------------- internal, records


def test_nothing_is_concluded_in_an_internal_channel() -> None:
    channel = Channel(("USA",))
    version = Ceremony().version
    by = alternat(version.statement)
    for content, role in (
        (powers("USA"), "desk_officer"),
        (initialled(version, "USA"), HEAD),
        (signed(version, "USA", "USA", (version.statement, by)), SIGNATORY),
        (by, "desk_officer"),
        (effect(version.statement), HEAD),
        (effect_noted("ends", NOW), SIGNATORY),
        (event(), "desk_officer"),
    ):
        assert channel.refuses(content, "USA", role) == "shared-only"
    clauses = clean_clauses()
    text = version.text
    channel.applies(tabled(text, clauses=clauses, version_kind="rectified"))


def test_the_act_is_signed_by_itself_and_outlives_the_statement() -> None:
    key, other = SecretKey.from_seed(bytes(64)), SecretKey.from_seed(bytes(63) + b"\x01")
    bare = initialled(Ceremony().version, "USA", signer=key.public.id)
    signature = sign_act(Initialled, bare.act, key)
    content = dataclasses.replace(bare, signature=signature)
    check_act(decode_content(encode_content(content)), key.public)
    key.public.verify(Context.INITIAL, content.act.encode(), signature)
    check_act(powers("USA"), key.public)
    for forged, by in (
        (content, other.public),
        (bare, key.public),
        (dataclasses.replace(content, signature=sign_act(Signed, bare.act, key)), key.public),
        (dataclasses.replace(content, act=act(Ceremony().version, "USA")), key.public),
    ):
        with pytest.raises(MalformedError) as caught:
            check_act(forged, by)
        assert caught.value.code == "act-forged"


@pytest.mark.parametrize(
    "changes",
    [
        {"languages": ("en",)},
        {"languages": ("en", "en")},
        {"original": "USA"},
        {"alternat": bytes(31) + b"\x01"},
    ],
)
def test_an_act_that_contradicts_itself_cannot_be_made(changes: dict[str, object]) -> None:
    with pytest.raises(MisuseError):
        act(Ceremony().version, "USA", **changes)


def test_initials_are_on_no_original_signatures_on_one_and_instants_where_they_count() -> None:
    channel = Ceremony()
    content = alternat(channel.version.statement)
    on_original = signed(channel.version, "USA", "USA", (channel.text, content))
    on_none = initialled(channel.version, "USA")
    with pytest.raises(MisuseError):
        dataclasses.replace(on_none, act=on_original.act)
    with pytest.raises(MisuseError):
        dataclasses.replace(on_original, act=on_none.act)
    with pytest.raises(MisuseError):
        effect(channel.text, "at_instant")
    with pytest.raises(MisuseError):
        effect(channel.text, "on_signature", NOW)


def test_holders_are_counted_for_their_own_party_and_copy() -> None:
    acts: tuple[ConcludingAct, ...] = tuple(
        each.act for each in Ceremony().signed().talks.conclusion.signatures
    )
    assert len(acts) == 4
    assert {each.original for each in acts} == {"USA", "RUS"}
