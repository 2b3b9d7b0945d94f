"""A peer's words made visible: what hides, or turns the direction of writing, is shown instead.

For terminals and pages alike: no screen is commanded by the words that it shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

# C0 but line feed and tab, DEL, C1, and what turns or hides text. The joiners U+200C and U+200D
# stay, as scripts are written with them, but not behind a Latin, Greek or Cyrillic letter.
HOSTILE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b"
    "\u200e\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
    "|(?<=[\x20-\u052f])[\u200c\u200d]+"
)


def visible(text: str) -> str:
    """Return *text* with every character that would command the screen made visible."""
    return HOSTILE.sub(lambda found: named(found.group()), text)


def named(hidden: str) -> str:
    """Return the names under which characters are shown that cannot be seen."""
    return "".join(f"<U+{ord(each):04X}>" for each in hidden)


def one_line(text: str, most: int = 0) -> str:
    """Return *text* on one line, visible, cut at *most* characters if that is not 0."""
    line = " ".join(visible(text).split())
    return line if not most or len(line) <= most else line[: most - 1] + "…"


def pieces(text: str) -> Iterator[tuple[bool, str]]:
    """Yield *text* in pieces: whether it is a name in place of a character, and what is shown."""
    at = 0
    for found in HOSTILE.finditer(text):
        if found.start() > at:
            yield False, text[at : found.start()]
        yield True, named(found.group())
        at = found.end()
    if at < len(text):
        yield False, text[at:]
