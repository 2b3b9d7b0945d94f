"""A redline of one long clause, and anchors through many versions: what a person waits for.

No mark: no relay and no cryptography is in it. Run by itself with ``python -m bench.redlining``.
"""

from __future__ import annotations

import functools
import random
import time
from collections.abc import Callable
from typing import Final

from bench.figures import median
from paraph.client.negotiating.redline import redline
from paraph.protocol.negotiation.ids import Ids
from paraph.protocol.negotiation.text import Part, Text

SIZES: Final = (200, 2_000, 8_000)
"""Words of the clause."""
LIMITED: Final = 2_000
MOST_MS: Final = 20.0
"""A redline of so long a clause takes at most so long."""
CHANGES: Final = (0.01, 0.1, 0.5)
"""Share of the words that differ."""
_WORDS: Final = {
    "latin": "the sides keep a distance of nautical miles at all times",
    "cyrillic": "стороны сохраняют дистанцию не менее морских миль во всех случаях",
    "arabic": "يحافظ الطرفان على مسافة لا تقل عن ثلاثة أميال في جميع الأوقات",
}


def redlining(runs: int = 5) -> dict[str, float]:
    """Return milliseconds for a redline of one clause in one language, median of *runs*."""
    found = {}
    for script, words in _WORDS.items():
        for size in SIZES:
            for share in CHANGES:
                old, new = _pair(words.split(" "), size, share)
                name = f"{script}, {size} words, {share:.0%} changed"
                ask = functools.partial(redline, old, new)
                found[name] = median(_timed(ask) for _ in range(runs))
    return found


def _pair(words: list[str], size: int, share: float) -> tuple[Text, Text]:
    chance = random.Random(size)
    old = [f"{chance.choice(words)}{chance.randrange(50) or ''}" for _ in range(size)]
    new = list(old)
    for at in chance.sample(range(size), int(size * share)):
        new[at] = chance.choice(words)
    return _text(" ".join(old)), _text(" ".join(new))


def _text(words: str) -> Text:
    return Text(("xx",), (Part("a", "operative", {"xx": words}, {}, ""),), Ids().put("a"))


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def lines(found: dict[str, float]) -> list[str]:
    """Return the figures for people."""
    return [
        f"redline of a clause, {name:<36} {took:9.2f} ms"
        + (f" (limit {MOST_MS:g} ms)" if f" {LIMITED} words" in name else "")
        for name, took in found.items()
    ]


if __name__ == "__main__":
    print("\n".join(lines(redlining())))
