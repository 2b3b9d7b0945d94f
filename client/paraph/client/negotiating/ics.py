"""A conference as a calendar file, by the rules of RFC 5545, written by hand.

It leaves the program and lands in calendars that others read: it names no person, no channel and
no text, and what the conference is about only if that is asked for.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Final

from paraph.protocol.errors import InputError
from paraph.protocol.negotiation.state import Conference

_OCTETS: Final = 75
"""Of one line, its line break excluded."""
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def calendar(conference: Conference, *, changes: int, exercise: bool, with_agenda: bool) -> bytes:
    """Return *conference* as the bytes of an .ics file.

    Args:
        conference: Which one.
        changes: How often its schedule was changed: later files replace earlier ones.
        exercise: Marked as such.
        with_agenda: Its name and the points of its agenda too, instead of a title that says
            nothing.

    Raises:
        InputError: It is so far away that calendars have no such day.
    """
    schedule = conference.schedule
    end = schedule.at + schedule.duration_min * 60_000
    title = f"Conference {schedule.name}" if with_agenda else "Conference"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Paraph//paraph//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{hashlib.sha256(conference.statement).hexdigest()[:32]}",
        f"SEQUENCE:{changes}",
        f"DTSTAMP:{_utc(schedule.header.dated)}",
        f"DTSTART:{_utc(schedule.at)}",
        *((f"DTEND:{_utc(end)}",) if end > schedule.at else ()),  # never at the start itself
        f"SUMMARY:{_text(f'EXERCISE {title}' if exercise else title)}",
        "CLASS:CONFIDENTIAL",
    ]
    if with_agenda and schedule.agenda:
        points = "\n".join(f"{item.n}. {item.title}" for item in schedule.agenda)
        lines.append(f"DESCRIPTION:{_text(points)}")
    lines += ["END:VEVENT", "END:VCALENDAR"]
    return b"".join(_folded(line) for line in lines)


def _utc(at_ms: int) -> str:
    try:
        at = _EPOCH + dt.timedelta(seconds=at_ms // 1000)
    except OverflowError:
        raise InputError(
            "the conference is at an instant that no calendar has",
            code="no-such-day",
            hint="ask for a change of its schedule",
        ) from None
    return f"{at:%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    # Escaped as TEXT; a control character has no place in one.
    plain = "".join(each if each == "\n" or each.isprintable() else " " for each in words)
    for old, new in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        plain = plain.replace(old, new)
    return plain


def _folded(line: str) -> bytes:
    # At most 75 octets a line; what follows begins with a blank; no character is cut in two.
    out, room = bytearray(), _OCTETS
    for character in line:
        octets = character.encode()
        if len(octets) > room:
            out += b"\r\n "
            room = _OCTETS - 1
        out += octets
        room -= len(octets)
    return bytes(out) + b"\r\n"
