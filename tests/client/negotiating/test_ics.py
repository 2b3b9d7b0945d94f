"""A conference as a calendar file, and as each side reads its clock (RFC 5545, SPEC 7.14)."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraph.client.negotiating.ics import calendar
from paraph.client.negotiating.local_time import everywhere, local
from paraph.protocol.errors import InputError
from paraph.protocol.negotiation.state import Conference
from paraph.protocol.statements.conferences import Zone
from tests.support import conferences as vc

STATEMENT = bytes(range(32))


def conference(**changes: object) -> Conference:
    return Conference(STATEMENT, 3, "USA", 1, vc.scheduled(**changes), STATEMENT)  # type: ignore[arg-type]


def made(found: Conference, *, with_agenda: bool = True, changes: int = 0) -> bytes:
    return calendar(found, changes=changes, exercise=False, with_agenda=with_agenda)


def unfolded(data: bytes) -> list[str]:
    """Read a calendar as a reader does, by the rules and not by our code."""
    assert data.endswith(b"\r\n")
    return data.replace(b"\r\n ", b"").decode().removesuffix("\r\n").split("\r\n")


def test_a_calendar_has_what_the_rules_ask_for() -> None:
    lines = unfolded(made(conference(), changes=2))
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-1] == "END:VCALENDAR"
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 1
    fields = dict(line.split(":", 1) for line in lines if not line.startswith(("BEGIN", "END")))
    assert fields["DTSTART"] == "20151010T140000Z"
    assert fields["DTEND"] == "20151010T153000Z"
    assert fields["DTSTAMP"] == "20151001T150000Z"
    assert fields["SEQUENCE"] == "2"
    assert fields["VERSION"] == "2.0"
    assert fields["SUMMARY"] == "Conference VC-2"


def test_an_event_of_no_length_has_no_end() -> None:
    assert b"DTEND" not in made(conference(duration_min=0))


def test_without_its_agenda_it_says_when_and_nothing_else() -> None:
    words = made(conference(), with_agenda=False).decode()
    for secret in ("VC-2", "brackets", "head_of_delegation", "USA", "RUS", STATEMENT.hex()):
        assert secret not in words
    assert "brackets" in made(conference()).decode()  # the search finds what is there


def test_no_person_is_ever_named() -> None:
    words = made(conference()).decode()
    assert "ATTENDEE" not in words
    assert "ORGANIZER" not in words
    assert "0" * 32 not in words


@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=400))
def test_any_title_comes_back_as_it_was_and_no_line_is_too_long(title: str) -> None:
    data = made(conference(agenda=(vc.item(1, title=title),)))
    for line in data.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()  # no character is cut in two
    (told,) = (line for line in unfolded(data) if line.startswith("DESCRIPTION:"))
    plain = "".join(each if each.isprintable() else " " for each in title)
    back = told.removeprefix("DESCRIPTION:1. ")
    for escaped, meant in (("\\;", ";"), ("\\,", ",")):
        back = back.replace("\\\\", "\x00").replace(escaped, meant).replace("\x00", "\\\\")
    assert back.replace("\\\\", "\\") == plain


def test_points_stand_on_lines_of_their_own_and_control_characters_are_gone() -> None:
    agenda = (vc.item(1, title="a;b,c\\d\u2028e"), vc.item(2, title="f"))
    (told,) = (line for line in unfolded(made(conference(agenda=agenda))) if "DESCR" in line)
    assert told == "DESCRIPTION:1. a\\;b\\,c\\\\d e\\n2. f"


def test_a_day_that_no_calendar_has_is_said() -> None:
    with pytest.raises(InputError, match="no calendar"):
        made(conference(at=2**52))


@pytest.mark.parametrize(
    ("offset", "told"),
    [
        ("+03:00", "2015-10-10 17:00 X (UTC+03:00)"),
        ("-04:30", "2015-10-10 09:30 X (UTC-04:30)"),
        ("+14:00", "2015-10-11 04:00 X (UTC+14:00)"),
    ],
)
def test_each_side_reads_its_own_clock(offset: str, told: str) -> None:
    assert local(vc.AT, Zone(party="RUS", offset=offset, label="X")) == told


def test_an_instant_beyond_the_calendar_is_still_shown() -> None:
    assert local(2**52, vc.ZONES[0]) == f"{2**52} ms"
    zones = (dataclasses.replace(vc.ZONES[0], offset="+00:00"),)
    assert everywhere(vc.AT, zones) == {
        "UTC": "2015-10-10T14:00:00Z",
        "RUS": "2015-10-10 14:00 MSK (UTC+00:00)",
    }
