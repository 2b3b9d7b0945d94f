"""Comparing two wordings of a clause token by token (SPEC 7.6).

What is found is shown, and never enters the state. A token is a word, a run of blanks, or one
mark of punctuation; in scripts that are written without blanks it is one character with the marks
that stand on it. A list of code points says which is which, not the interpreter's tables, so that
both sides see the same. Whatever the list says, the tokens together are the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

MOST_WORK: Final = 400_000_000
"""Product of the lengths compared token by token: 20,000 tokens each way take 50 MB and 0.5 s."""

_BLANKS: Final = "\t-\r\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_PUNCTUATION: Final = (
    r"!-/:-@\[-`{-~\u00a1-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7"
    r"\u037e\u0387\u055a-\u055f\u0589\u058a\u05be\u05c0\u05c3\u05c6\u05f3\u05f4"
    r"\u060c\u060d\u061b\u061e\u061f\u066a-\u066d\u06d4\u0964\u0965\u104a\u104b"
    r"\u1361-\u1368\u2010-\u2027\u2030-\u205e\u2190-\u2bff\u2e00-\u2e7f"
    r"\u3001-\u3004\u3008-\u3020\u3030\u30fb\ufe30-\ufe6b\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40"
    r"\uff5b-\uff65"
)
_SINGLE: Final = (
    r"\u3005-\u3007\u3021-\u3029\u3031-\u309f\u30a0-\u30fa\u30fc-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    r"\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
_ON_TOP: Final = r"\u0300-\u036f\u3099\u309a\ufe00-\ufe0f\U000e0100-\U000e01ef"
_TOKEN: Final = re.compile(
    f"[{_BLANKS}]+|[{_PUNCTUATION}]|[{_SINGLE}][{_ON_TOP}]*|[^{_BLANKS}{_PUNCTUATION}{_SINGLE}]+"
)
_NO_WORD: Final = re.compile(f"[{_BLANKS}{_PUNCTUATION}]+")
_BLANK: Final = re.compile(f"[{_BLANKS}]*")


def tokens(text: str) -> list[str]:
    """Return the tokens of *text*; joined they are *text*."""
    return _TOKEN.findall(text)


def is_word(token: str) -> bool:
    """Tell whether a token is words: neither blanks nor punctuation."""
    return not _NO_WORD.fullmatch(token)


def is_blank(token: str) -> bool:
    """Tell whether a token is nothing but blanks."""
    return _BLANK.fullmatch(token) is not None


def common(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Return the places of a longest sequence of tokens that stands in both, in order.

    Each pair is a place in *old* and the place in *new* of the same token. Where the two differ
    over more than :data:`MOST_WORK` allows, only what is alike at both ends is told.

    The rows of the usual table are integers, a bit for each token of *old*: where a bit is 0 the
    length grows (Hyyrö, "Bit-parallel LCS-length computation revisited", 2004).
    """
    before, least = 0, min(len(old), len(new))
    while before < least and old[before] == new[before]:
        before += 1
    after = 0
    while after < least - before and old[-1 - after] == new[-1 - after]:
        after += 1
    left, right = old[before : len(old) - after], new[before : len(new) - after]
    pairs = [(at, at) for at in range(before)]
    if len(left) * len(right) <= MOST_WORK:
        pairs += [(before + i, before + j) for i, j in _longest(left, right)]
    return pairs + [(len(old) - at, len(new) - at) for at in range(after, 0, -1)]


def _longest(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    places: dict[str, int] = {}
    for i, token in enumerate(old):
        places[token] = places.get(token, 0) | 1 << i
    row = everything = (1 << len(old)) - 1
    rows = []
    for token in new:
        here = row & places.get(token, 0)
        row = (row + here | row - here) & everything
        rows.append(row)
    i, j = len(old) - 1, len(new) - 1
    found = []
    while i >= 0 and j >= 0:
        if rows[j] >> i & 1:
            i -= 1
        elif j and not rows[j - 1] >> i & 1:
            j -= 1
        else:
            found.append((i, j))
            i, j = i - 1, j - 1
    found.reverse()
    return found
