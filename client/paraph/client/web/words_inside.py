"""What codes are called on the pages that stay inside: clearances and mandates."""

from typing import Final

N_: Final = str
"""Marks words for the catalogues that are looked up later."""

CLEARINGS: Final = {
    "asked": N_("asked for"),
    "reviewed": N_("reviewed"),
    "released": N_("released"),
    "refused": N_("refused"),
    "authority_confirmed": N_("confirmed by the authority"),
    "review": N_("review"),
    "confirmation": N_("confirmation"),
    "release": N_("release"),
    "another than who asked": N_("another than who asked"),
}
"""Standings and steps of clearances, and what they wait for."""
INSIDE: Final = {"clearing": CLEARINGS}
