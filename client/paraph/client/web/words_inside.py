"""What codes are called on the pages that stay inside: clearances and mandates."""

from typing import Final

from paraph.client.web.words_drafting import CHECKS

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
FIELDS: Final = {
    "acting_role": N_("acting as"),
    "anchor.exact": N_("words that it is on"),
    "anchor.prefix": N_("words before them"),
    "anchor.suffix": N_("words after them"),
    "attachments.name": N_("file"),
    "body": N_("words"),
    "detail": N_("what is wrong"),
    "handling": N_("handling"),
    "name": N_("name"),
    "note": N_("note"),
    "reason": N_("reason"),
    "subject": N_("subject"),
    "titles": N_("title"),
    "what": N_("what"),
    "words": N_("words"),
}
"""Fields of records that hold free words, on the page of what leaves."""
ODD: Final = {
    **CHECKS,
    "unknown_kind": N_("Its kind is not known. Is it a slip of the pen?"),
    "no_operations": N_("It changes nothing: it says the words of its parent again"),
    "nothing_changed": N_("Its operations change nothing: every clause stands as before"),
}
"""What somebody should look at before it leaves."""
INSIDE: Final = {"clearing": CLEARINGS, "field": FIELDS, "odd": ODD}
