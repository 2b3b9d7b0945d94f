"""Comments as a desk begins them: on the whole text, on a clause, on words of it (SPEC 7.6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from paraph.client.negotiating.runs import numbered
from paraph.protocol.errors import InputError, MisuseError
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation import marks
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.state import Version
from paraph.protocol.sentences import worded
from paraph.protocol.statements.exchanges import Anchor


def anchor(
    version: bytes = ZERO,
    cid: str = "",
    language: str = "",
    quote: str = "",
    prefix: str = "",
    suffix: str = "",
) -> Anchor:
    """Return the anchor that these make.

    Raises:
        InputError: They do not fit each other.
    """
    try:
        return Anchor(
            version=version,
            cid=cid,
            language=language,
            exact=quote,
            prefix=prefix,
            suffix=suffix,
        )
    except MisuseError as error:
        raise InputError(
            error.words, hint="give --on, --clause, --lang and --quote together, or --on alone"
        ) from error


def on_words(version: Version, cid: str, language: str = "", quote: str = "") -> Anchor:
    """Return the anchor of a comment on *quote*, or on a whole clause, or on the whole text.

    Args:
        version: The version that is commented on.
        cid: Clause; empty for the whole text.
        language: Of the quote; empty for the first in which it stands.
        quote: Words of the clause as they are written or as they read, references as numbers;
            empty for all of them.

    Raises:
        InputError: Codes ``unknown-clause``, ``quote-not-found``, ``quote-ambiguous``.
    """
    if not cid:
        return anchor(version.statement)
    part = version.text.find(cid)
    if part is None:
        raise InputError(
            worded('there is no clause "%(cid)s" in that version', cid=cid), code="unknown-clause"
        )
    number = numbered(version.text.numbers())
    for each in (language,) if language else version.text.languages:
        words = part.words.get(each, "")
        wanted = quote or words
        places = len(texts.find_quote(words, "", wanted, ""))
        if not places:
            read = tuple(reading_as(words, wanted, number))
            places, wanted = len(read), read[0] if read else wanted
        if places > 1:
            raise InputError(
                "these words stand more than once in the clause: quote some more beside them",
                code="quote-ambiguous",
            )
        if places:
            return anchor(version.statement, cid, each, wanted)
    raise InputError(
        "these words do not stand in the clause as they are written here",
        code="quote-not-found",
    )


def reading_as(words: str, quote: str, number: Callable[[str], str]) -> Iterator[str]:
    """Yield every stretch of *words* that reads as *quote*, as it is written; each place once.

    Args:
        words: Of a clause, as received.
        quote: As a page shows it: each reference is the number that it stands for.
        number: Gives the number of a clause.
    """
    read, spans, at = "", list[tuple[int, int]](), 0
    for found in (*marks.REFERENCE.finditer(words), None):
        start, end = found.span() if found else (len(words), len(words))
        shown = number(found[1]) if found else ""
        read += words[at:start] + shown
        spans += [(each, each + 1) for each in range(at, start)] + [(start, end)] * len(shown)
        at = end
    place = read.find(quote) if quote else -1
    last = (-1, -1)
    while place >= 0:
        span = spans[place][0], spans[place + len(quote) - 1][1]
        if span != last:  # a quote may stand twice in the number of one reference
            yield words[slice(*span)]
        last, place = span, read.find(quote, place + 1)
