"""What codes are called on the pages where a text is drafted: kinds, changes, checks."""

from typing import Final

N_: Final = str
"""Marks words for the catalogues that are looked up later."""

VERSIONS: Final = {
    "tabled_draft": N_("draft, tabled"),
    "counter_draft": N_("counter-draft"),
    "consolidated": N_("consolidated text"),
    "proposals": N_("proposals"),
    "scrubbed": N_("text after the legal scrub"),
    "authenticated": N_("authenticated text"),
    "rectified": N_("rectified text"),
}
"""Kinds of versions."""
CHANGES: Final = {
    "same": N_("as in the parent"),
    "changed": N_("changed"),
    "new": N_("new"),
    "deleted": N_("deleted"),
    "split": N_("split"),
    "merged": N_("merged"),
}
"""What a draft does with a clause."""
DRAFTS: Final = {
    "unsent": N_("not sent"),
    "unchanged": N_("changes nothing yet"),
    "sent": N_("sent"),
    "overtaken": N_("overtaken by a newer version"),
    "broken": N_("needs a look"),
}
"""How far a draft is from the table."""
CHECKS: Final = {
    "invisible_character": N_("Characters that nobody sees: retype the words"),
    "mixed_script": N_("A word of two alphabets: retype it"),
    "treaty_wording_in_non_binding_text": N_("Wording of a binding instrument"),
    "missing_text": N_("No words in this language"),
    "stale_language": N_("Left behind by the last change: give new words in this language"),
    "unbalanced_bracket": N_("Brackets that do not pair"),
    "bracket_structure_differs": N_("Brackets, holders or nesting differ between the languages"),
    "literal_number_where_other_language_has_live_reference": N_(
        "A number typed where another language has a reference"
    ),
    "reference_missing": N_("A reference that this language lacks"),
    "number_mismatch": N_("Figures differ"),
    "dangling_reference": N_("A reference to a clause that is not there"),
    "unit_mismatch": N_("Units differ"),
    "sentence_count": N_("Not the same number of sentences"),
    "term_differs": N_("Not the term agreed in the glossary"),
    "lone_letter": N_("A single letter of another alphabet"),
    "figure_differs_from_words": N_("The figure is not the number in words"),
    "number_words_differ": N_("Numbers in words differ"),
    "list_items": N_("Not the same number of items"),
    "quotation_style": N_("Quotation marks of another language"),
}
"""Checks of a machine."""
STATUSES: Final = {
    "original": N_("original"),
    "courtesy_translation": N_("courtesy translation"),
}
"""What a language text is."""
DISPATCHES: Final = {
    "transmittal": N_("transmittal"),
    "letter": N_("letter"),
    "note_verbale": N_("note verbale"),
    "aide_memoire": N_("aide-mémoire"),
    "non_paper": N_("non-paper"),
    "bout_de_papier": N_("bout de papier"),
    "receipt": N_("receipt"),
    "suspension_note": N_("note of suspension"),
}
"""Kinds of dispatches."""
DRAFTING: Final = {
    "version": VERSIONS,
    "draft-change": CHANGES,
    "draft": DRAFTS,
    "check": CHECKS,
    "status": STATUSES,
    "dispatch-kind": DISPATCHES,
}
