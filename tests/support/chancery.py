"""A party with an internal channel, a mandate in it, and a colleague."""

from tests.support.commands import Person, colleague
from tests.support.desks import heartbeats

MANDATE = """\
name: M-USA-1 Quarterdeck
scope_en: Technical questions of flight safety only, says the Canary Directorate.
out_of_scope: [target_information]
trip_words_en: [joint operation]
trip_words_ru: [совместная операция]
may_commit: {ad_referendum: [desk_officer], final: [head_of_delegation]}
"""
CLEAR_FIRST = "clear_first: [version-tabled]\n"


def chancery(usa: Person, role: str = "head_of_delegation", own: str = "desk_officer") -> Person:
    """Found the internal channel of *usa* and return a colleague who is in it."""
    card = usa.path("relay.card")
    made = usa.json("channel", "internal", "--relay", card, "--exercise", "--role", own)
    heartbeats(usa, internal=True)
    charter = usa.home / "channels" / made["channel"] / "charter"
    return colleague(usa, role, "--channel", "internal", charter=charter)[0]
