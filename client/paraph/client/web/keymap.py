"""The keys of the desk: one table, which the pages act on and the map of keys shows."""

from __future__ import annotations

import dataclasses
from typing import Final

N_: Final = str
"""Marks words for the catalogues that are looked up later."""


@dataclasses.dataclass(frozen=True, slots=True)
class Key:
    """One key or sequence of keys.

    Attributes:
        keys: As they are printed; pressed one after the other where a blank stands between.
        what: What it does.
        where: On which pages.
    """

    keys: str
    what: str
    where: str


DRAFTING: Final = N_("In the words of a draft")
READING: Final = N_("In the text and in a redline")
KEYS: Final = (
    Key("J", N_("To the next clause"), READING),
    Key("K", N_("To the clause before"), READING),
    Key("O", N_("Open the clause: its history, positions, comments"), READING),
    Key("P", N_("Take a position on the clause"), READING),
    Key("C", N_("Comment on the clause"), READING),
    Key("D", N_("Draft the clause"), READING),
    Key("Ctrl+S", N_("Save now"), DRAFTING),
    Key("Ctrl+Enter", N_("Save and close the clause"), DRAFTING),
    Key("F2", N_("Go to the buttons that insert something; Escape goes back"), DRAFTING),
    Key("F2 B", N_("Put the chosen words in our bracket"), DRAFTING),
    Key("F2 T", N_("Put the chosen words in the other side's bracket"), DRAFTING),
    Key("F2 N", N_("Put the chosen words in a bracket of nobody named"), DRAFTING),
    Key("F2 A", N_("Alternatives: our words beside theirs"), DRAFTING),
    Key("F2 P", N_("A placeholder still to be filled"), DRAFTING),
    Key("F2 R", N_("A reference to a clause, by its live number"), DRAFTING),
)
"""Every key, in the order in which the map shows them; letters are places on the keyboard."""

ALL_PAGES: Final = N_("On every page")
EVERYWHERE: Final = (
    Key("Tab", N_("To the next link, field or button; with Shift to the one before"), ALL_PAGES),
    Key("Tab Enter", N_("First of all: skip to the page, past the navigation"), ALL_PAGES),
    Key("Alt+Shift+S", N_("Search; on a Mac Control+Option+S"), ALL_PAGES),
    Key("Enter", N_("Follow the link, press the button, open or close what folds"), ALL_PAGES),
    Key("Space", N_("Press the button, tick the box, scroll the page"), ALL_PAGES),
    Key("Escape", N_("Leave a list or a search field as it was"), ALL_PAGES),
    Key("Alt+Left", N_("Back to the page before"), ALL_PAGES),
    Key("Ctrl+P", N_("Print: without navigation, and without anything internal"), ALL_PAGES),
)
"""What the browser gives on every page; listed first."""
