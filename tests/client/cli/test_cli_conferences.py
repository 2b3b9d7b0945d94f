"""Conferences, actions, side documents and joint acts, at the command line."""

import asyncio
import re
from pathlib import Path

import pytest

from paraph.protocol.statements.clear import Withdraw
from tests.support import letters
from tests.support.commands import Person, found_channel, two_parties, write
from tests.support.desks import beat, desk_of
from tests.support.exchange import send_base

BASE = """\
negotiation:
  title_en: Memorandum on Flight Safety
  title_ru: Меморандум о безопасности полётов
clauses:
  - {cid: title, role: title, en: Memorandum, ru: Меморандум}
  - {cid: distance, role: operative, en: "Keep [USA: three] miles.", ru: "Держать [USA: три] мили."}
  - {cid: radio, role: operative, en: "Use 121.5 MHz.", ru: "Частота 121,5 МГц."}
"""
SCHEDULE = """\
schema: paraph-conference/1
name: VC-2
at: 2015-10-10T14:00:00Z
duration_min: 90
host: USA
chair: alternating
interpretation: [en-ru, ru-en]
participants: {USA: [head_of_delegation], RUS: [head_of_delegation, linguist]}
zones: {USA: "-04:00 EDT", RUS: "+03:00 MSK"}
basis: head
agenda:
  - {n: 2, title: Next steps}
  - {n: 1, title: Remaining brackets, clauses: [distance], proposals: [P-01], owner: USA}
"""
LETTER = """\
clauses:
  - {cid: s-one, role: operative, en: "We will talk.", ru: "Мы поговорим."}
"""
CHANGE = """\
kind: counter_draft
operations:
  - {op: replace, cid: s-one, en: "We will talk soon.", ru: "Мы скоро поговорим."}
"""


@pytest.fixture
def desks(tmp_path: Path) -> tuple[Person, Person]:
    usa, rus, _ = two_parties(tmp_path)
    found_channel(usa, rus, "--exercise")
    beat("2015-10-01T12:00:00Z", usa, rus)
    send_base(usa, BASE)
    return usa, rus


def announced(usa: Person, text: str = SCHEDULE, *options: str) -> int:
    index = usa.json("vc", "schedule", write(usa, "vc.yaml", text), *options)["index"]
    assert isinstance(index, int)
    return index


def test_a_conference_is_shown_in_utc_and_as_each_side_reads_it(
    desks: tuple[Person, Person],
) -> None:
    usa, rus = desks
    announced(usa)
    (found,) = rus.json("vc", "list")["conferences"]
    assert found["times"] == {
        "UTC": "2015-10-10T14:00:00Z",
        "RUS": "2015-10-10 17:00 MSK (UTC+03:00)",
        "USA": "2015-10-10 10:00 EDT (UTC-04:00)",
    }
    assert [each["n"] for each in found["agenda"]] == [1, 2]
    assert found["agenda"][0]["proposals"] == ["P-01"]
    shown = rus.ok("vc", "agenda", "VC-2")
    assert "2015-10-10 17:00 MSK" in shown
    assert "Remaining brackets" in shown
    assert "VC-2" in rus.ok("vc", "list")


def test_a_change_waits_for_the_other_side(desks: tuple[Person, Person]) -> None:
    usa, rus = desks
    announced(usa)
    later = SCHEDULE.replace("14:00:00Z", "15:00:00Z")
    assert "conference-exists" in usa.fails(6, "vc", "schedule", write(usa, "b.yaml", later))
    change = announced(usa, later, "--change")
    (before,) = usa.json("vc", "list")["conferences"]
    assert before["times"]["UTC"] == "2015-10-10T14:00:00Z"
    assert [each["at"] for each in before["waiting"]] == ["2015-10-10T15:00:00Z"]
    assert "change to 2015-10-10T15:00:00Z waits" in usa.ok("vc", "list")
    rus.ok("agree", str(change))
    (after,) = usa.json("vc", "list")["conferences"]
    assert (after["times"]["UTC"], after["changes"]) == ("2015-10-10T15:00:00Z", 1)
    assert after["waiting"] == []
    assert "agreed-before" in rus.fails(6, "agree", str(change))


def test_what_is_wrong_with_a_schedule_is_said(desks: tuple[Person, Person]) -> None:
    usa, _ = desks
    for old, new, told in (
        ("clauses: [distance]", "clauses: [gone]", "gone"),
        ("+03:00 MSK", "Moscow", "the offset with its name"),
        ("[head_of_delegation, linguist]", "[Ivan Ivanov]", "no names"),
        ("at: 2015-10-10T14:00:00Z", "at: tomorrow", "instant"),
        ("name: VC-2", "name: VC 2", "name"),
        ("basis: head", "basis: 999", "index below"),
        ("host: USA", "host: XX", "no party"),
        ("chair: alternating", "char: alternating", "no such field"),
    ):
        assert old in SCHEDULE
        file = write(usa, "vc.yaml", SCHEDULE.replace(old, new))
        assert told in usa.fails(2, "vc", "schedule", file)


def test_outcomes_set_positions_when_the_other_side_agrees(desks: tuple[Person, Person]) -> None:
    usa, rus = desks
    announced(usa)
    recorded = usa.json(
        "vc", "outcome", "VC-2", "--clause", "distance=reserved_by_USA",
        "--clause", "radio=agreed_ad_ref", "--proposal", "P-01=not_accepted",
        "--understood", "radio:en=On guard at all times.",
    )["index"]  # fmt: skip
    (before,) = rus.json("vc", "list")["conferences"]
    assert before["outcomes"][0]["agreed"] is False
    assert "waits for agreement" in rus.ok("vc", "list")
    rus.ok("agree", str(recorded))
    (after,) = rus.json("vc", "list")["conferences"]
    assert after["outcomes"][0]["behind"] == ["RUS", "USA"]
    items = after["outcomes"][0]["items"]
    assert [each["result"] for each in items] == [
        "reserved_by_USA", "agreed_ad_ref", "not_accepted",
    ]  # fmt: skip
    assert items[1]["understanding"] == {"en": "On guard at all times."}
    assert "#" in rus.ok("log")


def test_outcomes_that_make_no_sense_are_refused(desks: tuple[Person, Person]) -> None:
    usa, _ = desks
    announced(usa)
    for options in (
        ("--clause", "radio"),
        ("--clause", "radio=agreed_ad_ref", "--understood", "radio=Yes"),
        ("--clause", "radio=agreed_ad_ref", "--understood", "distance:en=Yes"),
        ("--clause", "radio=reserved_by_XX"),
        ("--clause", "gone=agreed_ad_ref"),
        ("--proposal", "#999=not_accepted"),
        (),
    ):
        assert "error: " in usa.fails(2, "vc", "outcome", "VC-2", *options)
    assert "unknown-conference" in usa.fails(2, "vc", "outcome", "VC-9", "--clause", "radio=x")


def test_actions_are_late_by_log_time_and_done_by_their_owner(desks: tuple[Person, Person]) -> None:
    usa, rus = desks
    announced(usa)
    usa.ok("vc", "action", "Send the minutes", "--owner", "USA", "--by", "2015-10-11T20:00:00Z",
           "--conference", "VC-2")  # fmt: skip
    usa.ok("vc", "action", "Seek instructions", "--owner", "USA", "--by", "VC-3")
    usa.ok("vc", "action", "Exchange values", "--owner", "joint", "--by", "VC-2")
    beat("2015-10-12T00:00:00Z", usa, rus)
    found = rus.json("vc", "actions")
    assert found["log_time"] == "2015-10-12T00:00:00Z"
    assert [(each["number"], each["standing"]) for each in found["actions"]] == [
        (1, "late"), (2, "open"), (3, "late"),
    ]  # fmt: skip
    assert "not-owner" in rus.fails(7, "vc", "report", "A-1", "done")
    usa.ok("vc", "report", "A-1", "done", "--at", "2015-10-11T18:00:00Z")
    rus.ok("vc", "report", "A-3", "carried", "--to", "VC-4", "--note", "Awaited.")
    after = {each["number"]: each for each in rus.json("vc", "actions")["actions"]}
    assert (after[1]["standing"], after[1]["late"]) == ("done", False)
    assert (after[3]["standing"], after[3]["due"], after[3]["note"]) == (
        "carried", "VC-4", "Awaited.",
    )  # fmt: skip
    assert "[unknown-conference]" in rus.fails(2, "vc", "actions", "--by", "VC-9")
    assert "expected joint, RUS or USA" in rus.fails(2, "vc", "actions", "--owner", "FRA")
    by = [each["number"] for each in rus.json("vc", "actions", "--by", "VC-2")["actions"]]
    assert by == [1]
    own = [each["number"] for each in rus.json("vc", "actions", "--owner", "RUS")["actions"]]
    assert own == [3]
    assert "A-3" in rus.ok("vc", "actions")
    assert "unknown-action" in usa.fails(2, "vc", "report", "A-9", "done")
    assert "a new date with" in usa.fails(2, "vc", "report", "A-2", "carried")
    assert "--by" in usa.fails(2, "vc", "action", "x", "--owner", "USA", "--by", "2015-10-41T")


def test_an_agenda_is_drawn_from_what_stands_open_and_can_be_scheduled(
    desks: tuple[Person, Person],
) -> None:
    usa, rus = desks
    question = usa.json("comment", "Why three?")["index"]
    points = {each["why"]: each for each in rus.json("vc", "agenda")["open"]}
    assert points["bracketed"]["clauses"] == ["distance"]
    assert points["position"]["clauses"] == ["title", "radio"]
    assert len(points["question"]["statements"]) == 1
    assert "Brackets and placeholders" in rus.ok("vc", "agenda")
    drawn = rus.ok("vc", "agenda", "--draft")
    assert f"#{question}" in drawn
    assert rus.json("vc", "agenda", "--draft")["draft"] == drawn.rstrip("\n")
    rus.ok("vc", "schedule", write(rus, "drawn.yaml", drawn))
    (found,) = usa.json("vc", "list")["conferences"]
    assert found["name"] == "VC-1"
    assert found["agenda"][0]["clauses"] == ["distance"]
    again = usa.ok("vc", "agenda", "--draft")
    assert "name: VC-2" in again
    usa.ok("vc", "schedule", write(usa, "again.yaml", again))


def test_an_example_of_a_schedule_is_printed_and_fits(desks: tuple[Person, Person]) -> None:
    usa, _ = desks
    usa.ok("vc", "schedule", write(usa, "e.yaml", usa.ok("vc", "schedule", "--example")))


def test_minutes_are_begun_from_the_record_and_confirmed(desks: tuple[Person, Person]) -> None:
    usa, rus = desks
    announced(usa)
    assert "minutes    none" in usa.ok("vc", "minutes", "VC-2")
    usa.ok("vc", "outcome", "VC-2", "--clause", "radio=agreed_ad_ref",
           "--clause", "distance=reserved_by_USA",
           "--understood", "radio:en=On guard at all times.")  # fmt: skip
    usa.ok("vc", "action", "Exchange values", "--owner", "joint", "--by", "VC-3",
           "--conference", "VC-2")  # fmt: skip
    draft = usa.ok("vc", "minutes", "VC-2", "--draft")
    assert "согласовано ad referendum" in draft
    assert "On guard at all times." in draft
    assert "позицию зарезервировала сторона USA" in draft
    assert "Exchange values" in draft
    file = write(usa, "minutes.yaml", draft)
    usa.ok("vc", "minutes", "VC-2", file)
    assert usa.json("vc", "minutes", "VC-2")["standing"] == "drafted"
    assert "parent-not-head" in usa.fails(6, "vc", "minutes", "VC-2", file)
    rus.ok("document", "confirm", "SD-1")
    assert usa.json("vc", "minutes", "VC-2")["standing"] == "agreed"
    assert "SD-1 agreed" in usa.ok("vc", "list")
    assert "document   SD-1" in usa.ok("vc", "minutes", "VC-2")


def test_a_side_letter_goes_back_and_forth_beside_the_text(desks: tuple[Person, Person]) -> None:
    usa, rus = desks
    opened = usa.json("document", "open", "--kind", "side_letter", "--title", "en=On radio",
                      "--clause", "radio")["index"]  # fmt: skip
    assert "parent-not-head" in usa.fails(
        6, "document", "send", "SD-1", write(usa, "change.yaml", CHANGE)
    )
    assert "found none" in rus.fails(2, "document", "confirm", "SD-1")
    first = usa.json("document", "send", "SD-1", write(usa, "letter.yaml", LETTER))["index"]
    second = rus.json("document", "send", str(opened), write(rus, "c.yaml", CHANGE))["index"]
    assert "parent-not-head" in usa.fails(
        6, "document", "send", "SD-1", write(usa, "c.yaml", CHANGE), "--parent", str(first)
    )
    usa.ok("document", "confirm", "SD-1")
    (found,) = usa.json("document", "list")["documents"]
    assert (found["standing"], found["version_number"]) == ("agreed", 2)
    assert found["confirmed"] == ["RUS", "USA"]
    assert f"2 (#{second})" in usa.ok("document", "list")
    more = write(usa, "d.yaml", CHANGE.replace("soon", "at once").replace("скоро", "сразу"))
    third = usa.json("document", "send", "SD-1", more, "--parent", str(second))
    assert third["state"] == "logged"
    assert usa.json("document", "list")["documents"][0]["standing"] == "reopened"
    assert "unknown-document" in usa.fails(2, "document", "send", "SD-7", usa.path("d.yaml"))
    assert "no negotiation" in usa.fails(2, "document", "send", "SD-1", usa.path("base.yaml"))
    # The instrument was left alone: its head is the first version still.
    counter = CHANGE.replace("s-one", "radio")
    assert rus.json("send", write(rus, "counter.yaml", counter))["state"] == "logged"


def test_two_lines_of_a_side_letter_are_joined(desks: tuple[Person, Person]) -> None:
    usa, rus = desks
    name = letters.letter(usa, rus)
    assert "not-forked" in usa.fails(2, "document", "join", name)
    letters.forked(usa, rus, name)
    asked = usa.fails(2, "document", "join", name)
    assert "expected a choice for a [unchosen]" in asked
    assert "--choose CLAUSE=first, second or both" in asked
    first, second = re.findall(r"paraph text diff (\d+) (\d+)", asked)[0]
    assert "{+Uno+}" in usa.ok("text", "diff", first, second)
    assert "first, second, both" in usa.fails(2, "document", "join", name, "--choose", "a=ours")
    turned = ("--of", second, first, "--choose", "a=second")
    assert usa.json("document", "join", name, *turned)["state"] == "logged"
    (found,) = rus.json("document", "list")["documents"]
    assert "First." in (read := rus.ok("text", "show", str(found["version"])[:12]))
    assert "Due." in read
    assert "not-forked" in rus.fails(2, "document", "join", name)


def test_the_public_line_names_what_stays_undisclosed(desks: tuple[Person, Person]) -> None:
    usa, rus = desks
    usa.ok("document", "open", "--kind", "public_line", "--undisclosed", "RUS=the text")
    (found,) = rus.json("document", "list")["documents"]
    assert found["undisclosed"] == [{"what": "the text", "requested_by": "RUS"}]
    assert found["text_public"] is False
    assert "PARTY=TEXT" in usa.fails(
        2, "document", "open", "--kind", "public_line", "--undisclosed", "RUS"
    )
    assert "public_line" in usa.fails(2, "document", "open", "--kind", "annex", "--text-public")


def test_both_chairs_read_the_same_words_at_one_size(desks: tuple[Person, Person]) -> None:
    usa, rus = desks
    ours = usa.json("vc", "fingerprint")
    announced(usa)
    theirs = rus.json("vc", "fingerprint", "--size", str(ours["size"]))
    assert theirs["words"] == ours["words"]
    assert [len(said) for said in ours["words"].values()] == [8, 8]
    assert rus.json("vc", "fingerprint")["words"] != ours["words"]
    assert ours["final"] is False  # this channel has no cosigners
    assert f"size       {ours['size']}" in usa.ok("vc", "fingerprint", "--size", str(ours["size"]))
    assert "unknown-size" in usa.fails(2, "vc", "fingerprint", "--size", "999")


def test_a_withdrawal_changes_no_fingerprint_of_an_earlier_size(
    desks: tuple[Person, Person],
) -> None:
    usa, rus = desks
    sent = usa.json("comment", "Why three?")["index"]
    before = rus.json("vc", "fingerprint")
    asyncio.run(_withdraw(usa, sent))
    assert rus.json("vc", "fingerprint")["state"] != before["state"]
    assert rus.json("vc", "fingerprint", "--size", str(before["size"])) == before


async def _withdraw(person: Person, index: int) -> None:
    async with desk_of(person) as desk:
        await desk.sync()
        desk.outbox.prepare_clear(Withdraw(entry=index))
        await desk.sync()


def test_a_calendar_file_says_when_and_nothing_else(desks: tuple[Person, Person]) -> None:
    usa, _ = desks
    announced(usa)
    made = usa.ok("vc", "ics", "VC-2")
    assert "DTSTART:20151010T140000Z" in made
    assert "DTEND:20151010T153000Z" in made
    assert "SUMMARY:EXERCISE Conference" in made
    assert "brackets" not in made
    assert "VC-2" not in made
    usa.ok("vc", "ics", "VC-2", "-o", usa.path("vc.ics"), "--with-agenda")
    whole = Path(usa.path("vc.ics")).read_bytes()
    assert usa.json("vc", "ics", "VC-2", "--with-agenda")["ics"].encode() == whole
    assert b"Remaining brackets\\n2. Next steps" in whole
    assert "unknown-conference" in usa.fails(2, "vc", "ics", "VC-9")
