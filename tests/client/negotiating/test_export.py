"""Exports: what they say, what a peer's words cannot make of them, and that they are marked."""

import dataclasses
import hashlib
import json
import re
from xml.etree import ElementTree as ET

import pytest

from paraph.client.negotiating.export import FORMATS, Subject
from paraph.client.negotiating.export.akn import NAMESPACE
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.state import begin
from paraph.protocol.statements.header import to_wordings
from paraph.protocol.statements.versions import NO_NOTES, Clause, Marking, Replace, Split
from tests.support import negotiating as talk
from tests.support.negotiating import Channel

HOSTILE = (
    "</p><script>x</script> & # no heading\n- no list *no emphasis* [no](link) `no code`\n"
    "zero\u200bwidth \u202eturned \x1b[2J |no| cell ]]> {ref:c-one}"
)
AKN = f"{{{NAMESPACE}}}"


def subject(words: str = "See {ref:c-one}.", *, exercise: bool = True) -> Subject:
    channel = Channel()
    channel.state = begin(talk.PARTIES, talk.LANGUAGES, exercise=exercise)
    marking = Marking(
        banner=to_wordings({"en": "MADE-UP DATA"}), classification="DEMO", releasable_to=("USA",)
    )
    titles = to_wordings({"en": "A title\ufffe\x07"})
    channel.applies(talk.opened(marking=marking, titles=titles))
    clauses = (
        *talk.base_clauses()[:2],
        Clause(
            cid="c-two", role="operative", texts=to_wordings({"en": words, "ru": "См."}),
            headings=to_wordings({"en": "Head & <heart>"}), handling="limited",
        ),
        *talk.base_clauses()[3:],
    )  # fmt: skip
    first = channel.applies(
        talk.tabled(texts.from_clauses(clauses, talk.LANGUAGES), clauses=clauses)
    )
    asked = channel.applies(
        talk.comment(anchor=talk.anchor(first, "c-one", "We meet again"), body=HOSTILE)
    )
    channel.applies(talk.comment(comment_kind="answer", body="So.", in_reply_to=asked), "RUS")
    channel.applies(talk.comment(body="In general?"))
    (talks,) = (each for _, each in channel.state.negotiations.items())
    version = talks.versions.get(first)
    assert version is not None
    split = Split(
        cid="c-one", texts=to_wordings({"en": "We meet.", "ru": "Мы"}), new_cid="c-more",
        new_texts=to_wordings({"en": "We meet again.", "ru": "снова."}), new_headings=(),
        notes=NO_NOTES,
    )  # fmt: skip
    stale = Replace(cid="end", texts=to_wordings({"en": "Done."}), notes=NO_NOTES)
    second = channel.applies(talk.child(version.text, first, split, stale))
    (talks,) = (each for _, each in channel.state.negotiations.items())
    version = talks.versions.get(second)
    assert version is not None
    return Subject(channel.state, talks, version, talk.LANGUAGES)


@pytest.mark.parametrize("form", FORMATS)
def test_marking_and_exercise_stand_in_every_export(form: str) -> None:
    written = FORMATS[form](subject()).replace("\\", "")
    for line in ("EXERCISE", "MADE-UP DATA", "DEMO", "releasable to USA"):
        assert line in written, line
    assert "EXERCISE" not in FORMATS[form](subject(exercise=False))


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_hidden_crosses_into_an_export(form: str) -> None:
    written = FORMATS[form](subject(HOSTILE))
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u200b\u202e\ufffe]", written)


def test_no_words_end_the_text_before_its_end() -> None:
    forged = f"\n{'-' * 80}\nsha256 {'0' * 64}"
    found = subject(f"Words.{forged}")
    opened = found.talks.opened
    assert opened is not None
    titles = to_wordings({"en": f"A title{forged}"})
    talks = dataclasses.replace(found.talks, opened=dataclasses.replace(opened, titles=titles))
    written = FORMATS["text"](dataclasses.replace(found, talks=talks))
    rule = "-" * 81
    told = [part.strip("\n") for part in f"\n{written}".split(f"\n{rule}\n")]
    assert told[1].encode() == texts.render(found.version.text, "en").encode()
    assert f"en  A title / {'-' * 80} / sha256" in told[0]
    assert told[2].startswith(f"sha256 {texts.digest(found.version.text, 'en').hex()}")


def test_a_comment_that_was_taken_back_is_not_exported() -> None:
    found = subject()
    comments = {each.number: statement for statement, each in found.talks.comments.items()}
    recalled = found.talks.recalled.put(comments[1], bytes(32)).put(comments[0], bytes(32))
    taken_back = dataclasses.replace(
        found, talks=dataclasses.replace(found.talks, recalled=recalled)
    )
    for form in ("json", "annotations"):
        assert comments[1].hex() in FORMATS[form](found)
        assert comments[1].hex() not in FORMATS[form](taken_back)
        assert "So." not in FORMATS[form](taken_back)


def test_the_text_is_what_is_hashed() -> None:
    told = subject()
    parts = FORMATS["text"](told).split("-" * 72 + "\n")
    for rendering, after in ((parts[1], parts[2]), (parts[3], parts[4])):
        digest = hashlib.sha256(rendering.removesuffix("\n").encode()).hexdigest()
        assert after.startswith(f"sha256 {digest}\n")
    assert "(hidden characters are written out above)" in FORMATS["text"](subject(HOSTILE))


def test_words_are_no_markdown_and_no_html() -> None:
    written = FORMATS["markdown"](subject(HOSTILE))
    assert "<script" not in written
    assert "\\# no heading" in written
    assert "\n\\- no list" in written
    assert "\\[no\\]\\(link\\)" in written
    assert "## 1 `c-one` operative" in written
    assert "**ru (stale)**" in written


def test_the_json_tells_clauses_digests_and_where_comments_stand() -> None:
    told = subject()
    value = json.loads(FORMATS["json"](told))
    assert value["format"] == "paraph-export/1"
    assert [each["cid"] for each in value["clauses"]] == [
        "title", "c-one", "c-more", "c-two", "end",
    ]  # fmt: skip
    assert value["clauses"][3]["references"] == {"en": ["c-one"], "ru": []}
    assert value["clauses"][4]["stale"] == ["ru"]
    assert value["version"]["digests"]["en"] == told.version.digests["en"].hex()
    assert [(each["place"], each["cid"]) for each in value["comments"]] == [("exact", "c-more")]


def test_comments_are_web_annotations_by_quote() -> None:
    page = json.loads(FORMATS["annotations"](subject()))
    assert page["@context"][0] == "http://www.w3.org/ns/anno.jsonld"
    comment, reply = page["items"]
    assert comment["type"] == reply["type"] == "Annotation"
    assert comment["target"]["selector"] == {
        "type": "TextQuoteSelector", "exact": "We meet again", "prefix": "", "suffix": "",
    }  # fmt: skip
    assert comment["body"]["value"] == HOSTILE
    assert (comment["motivation"], comment["paraph:place"]) == ("questioning", "exact")
    assert (reply["motivation"], reply["target"]) == ("replying", comment["id"])


def names(element: ET.Element) -> list[str]:
    return [each.tag.removeprefix(AKN) for each in element]


def test_akoma_ntoso_is_well_formed_in_the_order_of_its_schema() -> None:
    root = ET.fromstring(FORMATS["akn"](subject(HOSTILE)).encode())
    assert root.tag == f"{AKN}akomaNtoso"
    (collection,) = root
    assert names(collection) == ["meta", "coverPage", "collectionBody"]
    statements = root.findall(f".//{AKN}statement")
    assert [names(each) for each in statements] == [["meta", "coverPage", "mainBody"]] * 2
    for meta in root.iter(f"{AKN}meta"):
        assert names(meta) == ["identification", "references"]
        work, expression, manifestation = meta[0]
        core = ["FRBRthis", "FRBRuri", "FRBRdate", "FRBRauthor"]
        assert names(work) == [
            *core, "FRBRcountry", "FRBRsubtype", "FRBRnumber", "FRBRname", "FRBRprescriptive",
            "FRBRauthoritative",
        ]  # fmt: skip
        assert names(expression) == [
            *core, "FRBRversionNumber", "FRBRauthoritative", "FRBRlanguage",
        ]  # fmt: skip
        assert names(manifestation) == [*core, "FRBRformat"]
    languages = [each.get("language") for each in root.iter(f"{AKN}FRBRlanguage")]
    assert languages == ["mul", "en", "ru"]


def test_a_clause_has_its_number_as_eid_and_its_id_for_good_as_wid() -> None:
    root = ET.fromstring(FORMATS["akn"](subject()).encode())
    english = root.find(f".//{AKN}mainBody")
    assert english is not None
    assert [(each.tag.removeprefix(AKN), each.get("eId"), each.get("wId")) for each in english] == [
        ("hcontainer", "cmp_1__hcontainer_1", "title"),
        ("paragraph", "cmp_1__para_1", "c-one"),
        ("paragraph", "cmp_1__para_2", "c-more"),
        ("paragraph", "cmp_1__para_3", "c-two"),
        ("paragraph", "cmp_1__para_4", "end"),
    ]
    clause = english[3]
    assert names(clause) == ["num", "heading", "content"]
    assert clause[1].text == "Head & <heart>"
    (reference,) = clause.iter(f"{AKN}ref")
    assert (reference.get("href"), reference.text) == ("#cmp_1__para_1", "1")
    assert "".join(clause[2].itertext()).strip() == "See 1."
    everything = [each.get("eId") for each in root.iter() if each.get("eId")]
    own = [each for each in everything if each not in {"USA", "RUS", "paraph", "author", "editor"}]
    assert len(own) == len(set(own))
