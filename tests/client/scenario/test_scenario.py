"""Scenario files of schema desk-scenario/1: what they come to, and what is refused."""

import pathlib

import pytest

from paraph.client.scenario import Scenario, load, shipped
from paraph.protocol.errors import InputError
from paraph.protocol.negotiation import marks
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.state import heads
from paraph.protocol.statements.content import encode_content
from paraph.protocol.statements.header import to_wordings
from paraph.protocol.statements.versions import Merge, MoveAfter, Split
from tests.support import negotiating as talk
from tests.support.negotiating import Channel

OWN = pathlib.Path(__file__).parents[1] / "data" / "lake-fisheries.yaml"


@pytest.fixture(scope="module")
def sample() -> Scenario:
    return load(shipped())


@pytest.fixture(scope="module")
def own() -> Scenario:
    return load(OWN.read_bytes())


def row(scenario: Scenario, version: str, first: str, second: str) -> tuple[object, ...]:
    text = scenario.lineage()[version]
    counted = marks.tally([part.words.get(first, "") for part in text.parts], scenario.parties)
    return (
        len(text.parts),
        sum(bool(number) for number in text.numbers().values()),
        counted.brackets,
        counted.placeholders,
        texts.digest(text, first).hex()[:12],
        texts.digest(text, second).hex()[:12],
    )


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("v1.0", (19, 14, 0, 2, "700581982f18", "c72a6e82a976")),
        ("v1.1", (21, 15, 6, 3, "eb05f073a341", "407b0bf4ad38")),
        ("v2.0", (21, 15, 9, 3, "7846fc401b1d", "7a4d364b2199")),
        ("v2.1", (23, 17, 8, 2, "6c7e3d4bb690", "68d7c30c30d8")),
        ("v3.0", (23, 17, 3, 2, "e7d607e588e3", "0bbbcd04783e")),
        ("v3.1", (22, 16, 0, 0, "596daabfa0b4", "c28003f659d9")),
        ("v3.2", (22, 16, 0, 0, "a9ceb5df8f3f", "a92a95da5391")),
        ("v4.0", (22, 16, 0, 0, "a9ceb5df8f3f", "a92a95da5391")),
    ],
)
def test_the_shipped_sample_comes_to_the_known_table(
    sample: Scenario, version: str, expected: tuple[object, ...]
) -> None:
    assert row(sample, version, "en", "ru") == expected


@pytest.mark.parametrize(
    ("version", "expected", "third"),
    [
        ("v1", (5, 3, 1, 1, "5298db5ec47f", "3aee680183cf"), "668a49611636"),
        ("v2", (7, 5, 4, 0, "e98402bb3a45", "8c7ea74964db"), "9ad06c7ca9f1"),
        ("v3", (5, 3, 0, 0, "00a6cb0d9fb3", "ff0b186d8571"), "1d330373d6d5"),
    ],
)
def test_other_parties_and_three_other_languages_come_to_theirs(
    own: Scenario, version: str, expected: tuple[object, ...], third: str
) -> None:
    assert row(own, version, "fr", "ar") == expected
    assert texts.digest(own.lineage()[version], "el").hex()[:12] == third


def test_both_languages_of_the_sample_hold_the_same_brackets(sample: Scenario) -> None:
    for text in sample.lineage().values():
        for part in text.parts:
            shapes = {
                marks.shape(marks.parse(words, sample.parties)) for words in part.words.values()
            }
            assert len(shapes) == 1, part.cid


def test_the_sample_holds_what_its_acts_need(sample: Scenario) -> None:
    assert list(sample.parties) == ["USA", "RUS"]
    assert len(sample.people) == 10
    assert [len(sample.proposals), len(sample.comments), len(sample.dispatches)] == [13, 12, 12]
    assert {each.id for each in sample.comments if each.internal} == {"C-03", "C-04"}
    assert sample.comments[0].cid == sample.comments[0].exact == ""
    assert sample.versions[0].at == 1443711600000
    assert sample.proposals[12].clause == ""
    assert sample.proposals[0].history[1].note.startswith("outside")
    assert sample.dispatches[-1].author == "joint"
    assert sample.dispatches[10].breaks_silence == "S-02"
    assert [each.outcome for each in sample.silences] == ["adopted", "broken", "adopted"]
    assert sample.positions["v4.0"]["USA"] == {"_default": "a"}
    assert sample.ceremony.epilogue[0].at == "2015-11-03"
    assert sample.ceremony.text_public is False
    assert len(sample.script) == 15
    mandate = sample.parties["USA"].mandate
    assert mandate is not None
    assert "share target" in mandate.trip_words["en"]


def test_words_that_other_readers_take_for_booleans_are_words(own: Scenario) -> None:
    assert list(own.parties) == ["NO", "MERIDIA"]
    assert own.releasable_to == ("NO", "MERIDIA")
    assert own.proposals[0].history[0].by == "NO"
    assert own.dispatches[1].to == ("MERIDIA",)


def test_every_kind_of_field_is_read(own: Scenario) -> None:
    assert own.versions[0].at == 1930111200000  # the zone of the file is +02:00
    assert own.versions[2].at % 1000 == 250
    assert [type(each) for each in own.versions[1].operations[2:]] == [MoveAfter, Split]
    merge = own.versions[2].operations[0]
    assert isinstance(merge, Merge)
    assert merge.cids == ("c-net", "c-season")
    assert own.comments[1].suffix == "douze"
    assert own.comments[2].kind == "public-line"
    assert own.people["no.ear"].role == "auditor"
    assert own.people["no.ear"].described == "interpreter"
    assert own.parties["NO"].mandate is None
    assert own.conferences[0].actions[0].due == "VC-1"
    assert own.conferences[0].actions[0].done == 0
    assert own.prevailing == "fr"
    assert own.ceremony.substitutions == {"fr": (("Dix", "Dix"),)}


SILENCE = (
    "silence_procedures: [{id: S-1, subject: AM-1, proposed_by: NO, outcome: adopted, "
    "opened: 2031-03-09T09:05:00Z, expires: 2031-03-10T09:05:00Z}]"
)
WRONG = {
    "unknown field": ("id: VC-1\n", "id: VC-1\n    colour: red\n", "line 107", "colour"),
    "missing field": ("  kind: exchange_of_notes\n", "", "", "kind"),
    "missing in a nested block": ('what: "Signer", ', "", "", "what"),
    "key twice": ("id: v1\n", "id: v1\n  id: v0\n", "line 45", "twice"),
    "key twice in a decoration": ("    round: 1\n", "    provenance: {a: b, a: c}\n", "", "twice"),
    "key twice among the sources": (
        "marking:\n",
        "sources: {a: [{b: c, b: d}]}\nmarking:\n",
        "",
        "twice",
    ),
    "another schema": ("desk-scenario/1", "desk-scenario/2", "line 2", "desk-scenario/1"),
    "no zone": ("2031-03-01T08:00:00+02:00", "2031-03-01T08:00:00", "line 47", "zone"),
    "a day only": ("2031-03-01T08:00:00+02:00", "2031-03-01", "", "zone"),
    "in quotes": ("2031-03-01T08:00:00+02:00", '"2031-03-01T08:00:00Z"', "", "instant"),
    "no such month": ("2031-03-01T08:00:00+02:00", "2031-13-01T08:00:00Z", "", "exist"),
    "no such zone": ("2031-03-01T08:00:00+02:00", "2031-03-01T08:00:00+99:00", "", "exist"),
    "before 1970": ("2031-03-01T08:00:00+02:00", "1931-03-01T08:00:00Z", "", "1970"),
    "not a boolean": ("text_public: false", "text_public: no", "", "true or false"),
    "not a number": ("round: 1", "round: one", "", "whole number"),
    "negative": ("round: 1", "round: -1", "", "whole number"),
    "not a list": ("releasable_to: [NO, MERIDIA]", "releasable_to: NO", "", "list"),
    "not a mapping": ("marking:\n", "marking: red\nold:\n", "", "fields with values"),
    "a list for a text": ("id: lake-fisheries-test", "id: [a]", "", "text"),
    "null for a text": ("id: lake-fisheries-test", "id: null", "", "missing"),
    "a key that is no word": ("schema:", "[a]: b\nschema:", "", "name of a field"),
    "one language": ("working: [fr, ar, el]", "working: [fr]", "", "two or more"),
    "a language twice": ("working: [fr, ar, el]", "working: [fr, fr]", "", "two or more"),
    "a language that is a field": ("working: [fr, ar, el]", "working: [fr, ar, id]", "", "not id"),
    "authentic and not working": ("authentic: [fr, ar]", "authentic: [en]", "", "authentic"),
    "a code in small letters": ("  MERIDIA:\n", "  Meridia:\n", "", "capital"),
    "no role of a clause": ("role: testimonium", "role: chapter", "", "operative"),
    "a clause id with a blank": ("cid: map", "cid: a map", "", "clause id"),
    "no operation": ("op: replace, cid: c-quota, proposal: P-1,\n", "op: rewrite,\n", "", "merge"),
    "an unknown clause": ("op: delete, cid: c-boats", "op: delete, cid: c-cars", "", "c-cars"),
    "a clause twice": ("cid: map,", "cid: end,", "", '"end"'),
    "an unknown parent": ("parent: v1\n", "parent: v0\n", "", "parent"),
    "a merge of one": ("cids: [c-season, c-net]", "cids: [c-season]", "", "two or more"),
    "a merge elsewhere": ("into: c-season", "into: c-quota", "", "into"),
    "status in no language": ("{fr: original,", "{de: original,", "", "language_status"),
    "an id twice": ("id: v3\n", "id: v2\n", "", "twice"),
    "a person twice": ("id: me.hod,", "id: me.desk,", "", "twice"),
    "a speaker without a voice": (
        "by: no.desk, at: 2031-03-02",
        "by: no.ear, at: 2031-03-02",
        "",
        "interpreter",
    ),
    "a stranger": ("by: no.desk, at: 2031-03-02", "by: x.desk, at: 2031-03-02", "", "x.desk"),
    "words that are not there": ('exact: "إصبعان"', 'exact: "ثلاثة"', "", "C-1"),
    "a clause that is not there": ("cid: c-net, lang: ar", "cid: c-pot, lang: ar", "", "c-pot"),
    "a clause without a quote": ('exact: "إصبعان", ', "", "", "exact"),
    "an internal kind in the open": ("kind: question", "kind: fallback", "", "kind"),
    "internal and may cross": (", must_never_cross: true", "", "", "must_never_cross"),
    "an internal comment sent": ("carries: [v2, C-1]", "carries: [v2, C-2]", "", "C-2"),
    "an unknown enclosure": ("carries: [v2, C-1]", "carries: [v9]", "", "v9"),
    "a receipt by the sender": ("receipt: {by: no.desk", "receipt: {by: me.desk", "", "receiver"),
    "no dispatch kind": (
        "kind: transmittal, from: NO",
        "kind: parcel, from: NO",
        "",
        "note_verbale",
    ),
    "an outcome on nothing": ("{clause: c-quota, result", "{result", "", "outcome"),
    "a state that is none": ("NO, tabled]", "NO, dropped]", "", "state"),
    "a step that is no list": ("[2031-03-04T09:00:00Z, NO, tabled]", "tabled", "", "list"),
    "too long a step": ("NO, tabled]", "NO, tabled, a, b]", "", "list"),
    "no step": (
        "history: [[",
        "history: [], old: [[",
        "",
        "one step",
    ),
    "a position that is none": ("c-quota: ar}", "c-quota: maybe}", "", "c-quota"),
    "an unassigned code point": ("Carte.", "Carte\U0001fae8.", "", "U+1FAE8"),
    "one party": ("own_language: el", "own_language: de", "", "own_language"),
    "a word too long": ("kind: counter_draft", f"kind: {'x' * 65}", "", "64"),
    "a mention too long": ("proposal: P-1,\n", f"proposal: {'x' * 65},\n", "", "64"),
    "held without a reason": (
        "silence_procedures: []",
        SILENCE.replace("adopted", "held"),
        "",
        "held_because",
    ),
    "broken by nobody": (
        "silence_procedures: []",
        SILENCE.replace("adopted", "broken"),
        "",
        "broken_by",
    ),
}


@pytest.mark.parametrize(("old", "new", "line", "told"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_with_a_file_is_said_with_its_place(
    old: str, new: str, line: str, told: str
) -> None:
    whole = OWN.read_text(encoding="utf-8")
    assert old in whole
    with pytest.raises(InputError) as wrong:
        load(whole.replace(old, new, 1).encode())
    assert wrong.value.code == "scenario"
    assert wrong.value.hint
    assert line in str(wrong.value)
    assert told in str(wrong.value)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"- a list\n",
        b"\xff\xfe",
        b"a: [",
        b"a: \x00",
        b"[" * 5_000,
        b"a: &a [*a]\n",
        b"a: *nobody\n",
        b"a: !!python/object:os.system x\n",
        b"schema: desk-scenario/1\n",
        b" " * (8 * 1024 * 1024 + 1),
    ],
    ids=range(11),
)
def test_what_is_no_scenario_at_all_gets_one_kind_of_error(data: bytes) -> None:
    with pytest.raises(InputError) as wrong:
        load(data)
    assert wrong.value.hint


def test_a_third_party_is_refused() -> None:
    whole = OWN.read_text(encoding="utf-8")
    third = whole.replace(
        "  MERIDIA:\n",
        "  THIRD: {ministry_fr: a, ministry_ar: b, "
        "ministry_el: c, own_language: fr, people: []}\n  MERIDIA:\n",
        1,
    )
    with pytest.raises(InputError, match="two parties"):
        load(third.encode())


@pytest.mark.parametrize("which", ["sample", "own"])
def test_every_version_and_comment_of_a_file_folds_as_it_is(
    which: str, request: pytest.FixtureRequest
) -> None:
    scenario: Scenario = request.getfixturevalue(which)
    line = scenario.lineage()
    ids: dict[str, bytes] = {}
    codes = tuple(scenario.parties)
    channel = Channel(codes, scenario.languages)
    channel.applies(talk.opened(titles=to_wordings(scenario.titles)), codes[0])
    for version in scenario.versions:
        party = codes[0] if version.author == "joint" else version.author
        content = talk.tabled(
            line[version.id],
            author=version.author,
            version_kind=version.kind,
            parents=(ids[version.parent],) if version.parent else (),
            clauses=version.clauses,
            operations=version.operations,
        )
        ids[version.id] = channel.applies(content.decode(encode_content(content)), party)
    for comment in scenario.comments:
        role = scenario.people[comment.by].role
        anchor = talk.anchor(
            ids[comment.version],
            comment.cid,
            comment.exact,
            comment.language,
            prefix=comment.prefix,
            suffix=comment.suffix,
        )
        said = talk.comment(header=talk.header(role), anchor=anchor, body=comment.body)
        channel.applies(said, scenario.people[comment.by].party, role)
    assert heads(channel.state) == {talk.TALKS: (ids[scenario.versions[-1].id],)}
