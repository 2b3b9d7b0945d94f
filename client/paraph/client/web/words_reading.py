"""What codes are called on the pages where the text is read: languages, versions, redlines."""

from typing import Final

N_: Final = str
"""Marks words for the catalogues that are looked up later."""

LANGUAGE_STATES: Final = {
    "original": N_("original"),
    "courtesy_translation": N_("courtesy translation"),
    "stale": N_("left behind"),
    "missing": N_("no words"),
}
"""What the words of one language are."""
LANGUAGE_NAMES: Final = {
    "ar": "العربية",
    "de": "Deutsch",
    "el": "Ελληνικά",
    "en": "English",
    "es": "Español",
    "fa": "فارسی",
    "fr": "Français",
    "he": "עברית",
    "ja": "日本語",
    "ru": "Русский",
    "tr": "Türkçe",
    "uk": "Українська",
    "zh": "中文",
}
"""Working languages, each under its own name; another is shown by its code."""
VERSION_KINDS: Final = {
    "tabled": N_("tabled"),
    "tabled_draft": N_("tabled draft"),
    "counter": N_("counter-draft"),
    "counter_draft": N_("counter-draft"),
    "consolidated": N_("consolidated text"),
    "proposals": N_("proposals"),
    "scrubbed": N_("after legal scrub"),
    "authenticated": N_("authenticated text"),
    "rectified": N_("rectified text"),
}
ACTS: Final = {
    "replace": N_("reworded"),
    "insert-after": N_("inserted"),
    "delete": N_("deleted"),
    "move-after": N_("moved"),
    "split": N_("split"),
    "merge": N_("merged"),
}
"""What an operation did to a clause."""
CHANGE_RESULTS: Final = {
    "accepted": N_("accepted"),
    "alternative": N_("alternative"),
    "reserved": N_("reserved"),
}
"""What came of a change, as its sender noted it; another word is shown as it was typed."""
FINDINGS: Final = {
    "invisible_character": N_("characters that nobody sees"),
    "mixed_script": N_("a word of two alphabets"),
    "lone_letter": N_("a letter of another alphabet"),
    "treaty_wording_in_non_binding_text": N_("wording of a binding instrument"),
    "missing_text": N_("no words in one language"),
    "stale_language": N_("one language left behind"),
    "unbalanced_bracket": N_("brackets that do not pair"),
    "bracket_structure_differs": N_("brackets differ between the languages"),
    "literal_number_where_other_language_has_live_reference": N_("a number typed for a reference"),
    "reference_missing": N_("a reference that one language lacks"),
    "number_mismatch": N_("figures differ"),
    "dangling_reference": N_("a reference to no clause"),
    "unit_mismatch": N_("units differ"),
    "sentence_count": N_("not as many sentences"),
    "term_differs": N_("not the agreed term"),
    "figure_differs_from_words": N_("figure and words differ"),
    "number_words_differ": N_("numbers in words differ"),
    "list_items": N_("not as many items"),
    "quotation_style": N_("quotation marks of another language"),
}
"""What a machine finds in a clause, in few words."""
CHANGES: Final = {
    "words": N_("reworded"),
    "insert": N_("clause inserted"),
    "delete": N_("clause deleted"),
    "move": N_("clause moved"),
    "split": N_("clause split"),
    "merge": N_("clauses merged"),
    "about": N_("heading, role or handling changed"),
}
"""Kinds of changes in a redline."""
SIDES: Final = {
    "same": N_("unchanged"),
    "alike": N_("both made the same of it"),
    "both": N_("both changed it, and need not collide"),
    "conflict": N_("collides"),
}
"""What became of a clause, among three texts; who changed it alone is named by the version."""
READING: Final = {
    "language-state": LANGUAGE_STATES,
    "language-name": LANGUAGE_NAMES,
    "version-kind": VERSION_KINDS,
    "act": ACTS,
    "change-result": CHANGE_RESULTS,
    "finding": FINDINGS,
    "change": CHANGES,
    "side": SIDES,
}
"""By name, as the filter ``called`` takes it."""
