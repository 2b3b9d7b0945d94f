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
    "act.capacity": N_("in what capacity"),
    "acting_role": N_("acting as"),
    "agenda.proposals.name": N_("point of the agenda: taken up"),
    "agenda.title": N_("point of the agenda"),
    "amendment.name": N_("amendment"),
    "anchor.exact": N_("words that it is on"),
    "anchor.prefix": N_("words before them"),
    "anchor.suffix": N_("words after them"),
    "attachments.name": N_("file"),
    "body": N_("words"),
    "capacity": N_("in what capacity"),
    "carries.name": N_("enclosed"),
    "chair": N_("chair"),
    "clear_first": N_("must be released first"),
    "detail": N_("what is wrong"),
    "event": N_("event"),
    "handling": N_("handling"),
    "hits.found": N_("words found"),
    "hits.where": N_("where they stand"),
    "hits.word": N_("words of the mandate"),
    "instrument": N_("kind of instrument"),
    "interpretation": N_("interpretation"),
    "issued_by": N_("issued by"),
    "items.proposal.name": N_("outcome: proposal"),
    "items.result": N_("outcome"),
    "items.understanding": N_("what was understood"),
    "legal_first": N_("must be reviewed by a legal adviser first"),
    "language_status.status": N_("what the language text is"),
    "name": N_("name"),
    "note": N_("note"),
    "operations.clause.headings": N_("heading of a new clause"),
    "operations.clause.texts": N_("words of a new clause"),
    "operations.headings": N_("new heading"),
    "operations.new_headings": N_("heading of the clause split off"),
    "operations.new_texts": N_("words of the clause split off"),
    "operations.notes.finding.name": N_("finding that it mends"),
    "operations.notes.proposal.name": N_("proposal that it serves"),
    "operations.notes.result": N_("what came of it"),
    "operations.texts": N_("new words"),
    "operations.to.name": N_("taken up by"),
    "out_of_scope": N_("out of scope"),
    "rationale": N_("why"),
    "reason": N_("reason"),
    "resolved_by.name": N_("what closed it"),
    "scope": N_("scope"),
    "subject": N_("subject"),
    "substitutions.new": N_("what stands in its place"),
    "substitutions.old": N_("what is replaced"),
    "titles": N_("title"),
    "trip_words.words": N_("trip words"),
    "undisclosed.what": N_("undisclosed"),
    "what": N_("what"),
    "words": N_("words"),
    "zone": N_("clock"),
    "zones.label": N_("clock"),
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
