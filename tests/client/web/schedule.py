"""A conference as it is typed into its form."""

from paraph.client.clock import when
from tests.support.channel import START
from tests.support.pages import Pages

HOUR = 3_600_000
PLAN = {
    "name": "VC-1",
    "at": when(START + 30 * HOUR),
    "duration_min": "90",
    "host": "USA",
    "chair": "alternating",
    "interpretation": "en-ru, ru-en",
    "people-USA": "head_of_delegation",
    "people-RUS": "head_of_delegation linguist",
    "zone-USA": "-04:00 EDT",
    "zone-RUS": "+03:00 MSK",
    "title-1": "Distances",
    "about-1": "distance P-7",
    "minutes-1": "40",
    "owner-1": "USA",
}


def plan(desk: Pages, **changes: str) -> dict[str, str]:
    """Return what the form for a conference is filled in with, about the newest version."""
    head = desk.office.rooms()[0].talks.heads[0].hex()
    return {**PLAN, "basis": head, **changes}
