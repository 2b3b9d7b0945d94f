"""An instant as each party reads it on its own clock (SPEC 7.14)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from paraph.client.clock import when
from paraph.protocol.statements.conferences import Zone

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def ahead(zone: Zone) -> dt.timedelta:
    """Return by how much the clocks of *zone* are ahead of UTC."""
    hours, minutes = zone.offset[1:].split(":")
    found = dt.timedelta(hours=int(hours), minutes=int(minutes))
    return -found if zone.offset[0] == "-" else found


def local(at_ms: int, zone: Zone) -> str:
    """Return POSIX milliseconds as day and minute in *zone*, with its name and offset."""
    try:
        at = _EPOCH + dt.timedelta(milliseconds=at_ms) + ahead(zone)
    except OverflowError:
        return when(at_ms)
    return f"{at:%Y-%m-%d %H:%M} {zone.label} (UTC{zone.offset})"


def everywhere(at_ms: int, zones: Iterable[Zone]) -> dict[str, str]:
    """Return *at_ms* in UTC, then as each party reads it, by party."""
    return {"UTC": when(at_ms), **{zone.party: local(at_ms, zone) for zone in zones}}
