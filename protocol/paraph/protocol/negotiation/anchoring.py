"""Where the words that a comment is on stand in a later version (SPEC 7.6).

By clause and lineage alone: words are looked for in the heirs of the clause that they were quoted
from and nowhere else, and where that does not settle it, it is said and not guessed. A view, never
part of the state.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import Final, Literal

from paraph.protocol.names import ZERO
from paraph.protocol.negotiation import comparing
from paraph.protocol.negotiation.kept import kept_by_identity
from paraph.protocol.negotiation.lineage import lineage_of
from paraph.protocol.negotiation.state.versions import Version
from paraph.protocol.negotiation.text import Part, find_quote
from paraph.protocol.negotiation.trie import Trie
from paraph.protocol.statements.exchanges import Anchor

Fate = Literal["whole", "exact", "edited", "quote_removed", "clause_removed", "ambiguous"]

WHOLE: Final = "whole"
EXACT: Final = "exact"
EDITED: Final = "edited"
QUOTE_REMOVED: Final = "quote_removed"
CLAUSE_REMOVED: Final = "clause_removed"
AMBIGUOUS: Final = "ambiguous"

_GONE: Final = frozenset({QUOTE_REMOVED, CLAUSE_REMOVED})
_KEPT: Final = 2
"""One in so many words of a quote must still stand for it to count as edited."""


@dataclass(frozen=True, slots=True)
class Place:
    """What became of a quote in a version.

    Attributes:
        fate: ``whole``: the comment is on no words. ``exact``: they stand there unchanged.
            ``edited``: at least half of them stand there, between others. ``quote_removed``: the
            clause lives on without them. ``clause_removed``: neither it nor an heir is left.
            ``ambiguous``: they may be at more than one place.
        cid: The clause, where they stand (``exact``, ``edited``); else empty.
        start: Where they begin in the words of that clause.
        end: Where they end.
        wording: What stands there now; for what was removed, what stood there last.
        seen: The version in which that stood last; zeros if the quote never stood as it says.
    """

    fate: Fate
    cid: str = ""
    start: int = 0
    end: int = 0
    wording: str = ""
    seen: bytes = ZERO


@kept_by_identity(4)
def anchoring_of(versions: Trie[Version]) -> Anchoring:
    """Return the places of anchors in *versions*, each found once for this map of them."""
    return Anchoring(versions)


class Anchoring:
    """The places of any number of anchors in the versions of one negotiation.

    An anchor is followed once from version to version, and two wordings of a clause are compared
    once, however many comments are on them.

    Args:
        versions: Every version of the negotiation.
    """

    def __init__(self, versions: Trie[Version]) -> None:
        self.lineage: Final = lineage_of(versions)
        self._compared: Final[dict[tuple[str, str], _Comparison]] = {}
        self._found: Final[dict[tuple[Anchor, bytes], Place]] = {}
        self._followed: Final[dict[Anchor, dict[bytes, Place]]] = {}

    def place(self, anchor: Anchor, end: bytes) -> Place:
        """Return where the words of *anchor* stand in version *end*.

        Raises:
            MisuseError: One of the two is no version of this negotiation.
        """
        version = self.lineage.version(end)
        if not anchor.cid:
            return _WHOLE
        found = self._found.get((anchor, end))
        if found is None:
            found = self._found[anchor, end] = self._look(anchor, version)
        return found

    def clause(self, anchor: Anchor, end: bytes) -> str:
        """Return the clause at which *anchor* is shown in version *end*; empty if on no words.

        The one in which its words stand, else the one that they were quoted from. Where that
        clause has become no other, its words are not looked for: a page that counts thousands of
        comments places those alone whose clause was split, merged or taken over.

        Raises:
            MisuseError: One of the two is no version of this negotiation.
        """
        cid = anchor.cid
        if self.lineage.part(anchor.version, cid) is None:
            return cid  # it never stood as it says
        heirs = self.lineage.heirs(anchor.version, end, cid)
        if not heirs or heirs == (cid,):
            return cid
        found = self._found.get((anchor, end))
        return (found or _Quote(self, anchor).find(self.lineage.version(end))).cid or cid

    def _look(self, anchor: Anchor, version: Version) -> Place:
        quote = _Quote(self, anchor)
        here = quote.find(version)
        if here.fate not in _GONE:
            return here
        followed = self._followed.get(anchor)  # where the words stood last is told along the line
        if followed is None:
            followed = self._followed[anchor] = self._follow(anchor)
        found = followed.get(version.statement)
        return found or _last_seen(here, quote.unchanged)  # neither was made from the other

    def _follow(self, anchor: Anchor) -> dict[bytes, Place]:
        # In every version made from the one that it is on, in the order of the log.
        quote = _Quote(self, anchor)
        found: dict[bytes, Place] = {}
        last: dict[bytes, tuple[str, bytes]] = {}  # the words that stood last, and in which version
        for version in self.lineage.descendants(anchor.version):
            before = next((each for each in version.content.parents if each in last), None)
            here = quote.find(version)
            known = last[before] if before is not None else quote.unchanged
            found[version.statement] = _last_seen(here, known)
            stands = here.fate in (EXACT, EDITED)
            last[version.statement] = (here.wording, version.statement) if stands else known
        return found

    def compare(self, old: str, new: str) -> _Comparison:
        """Return which tokens of one wording stand in another; made once for each pair."""
        found = self._compared.get((old, new))
        if found is None:
            found = self._compared[old, new] = _Comparison(old, new)
        return found


_WHOLE: Final = Place(WHOLE)


def _last_seen(place: Place, known: tuple[str, bytes]) -> Place:
    if place.fate in _GONE:
        return Place(place.fate, wording=known[0], seen=known[1])
    return place


class _Quote:
    # An anchor, and where its words stood in the version that it is on.
    def __init__(self, anchoring: Anchoring, anchor: Anchor) -> None:
        self._anchoring = anchoring
        self._lineage = anchoring.lineage
        self._anchor = anchor
        origin = self._lineage.part(anchor.version, anchor.cid)
        self._old = origin.words.get(anchor.language, "") if origin else ""
        self._stood = find_quote(self._old, anchor.prefix, anchor.exact, anchor.suffix)
        self.unchanged = (anchor.exact, anchor.version if self._stood else ZERO)
        self._before: tuple[tuple[Part, ...], Place] | None = None

    def find(self, version: Version) -> Place:
        if len(self._stood) != 1:
            return Place(AMBIGUOUS if self._stood else QUOTE_REMOVED)
        anchor = self._anchor
        heirs = self._lineage.heirs(anchor.version, version.statement, anchor.cid)
        parts = tuple(part for cid in heirs if (part := self._lineage.part(version.statement, cid)))
        if self._before is None or self._before[0] != parts:
            self._before = (parts, self._look(parts))
        return self._before[1]

    def _look(self, parts: tuple[Part, ...]) -> Place:
        anchor = self._anchor
        if not parts:
            return Place(CLAUSE_REMOVED)
        texts = {part.cid: part.words.get(anchor.language, "") for part in parts}
        found = [
            Place(EXACT, cid, at, at + len(anchor.exact), anchor.exact)
            for cid, words in texts.items()
            for at in find_quote(words, anchor.prefix, anchor.exact, anchor.suffix)
        ]
        if not found:
            found = [
                Place(EDITED, cid, *span, words[slice(*span)])
                for cid, words in texts.items()
                if (span := self._edited(words))
            ]
        if len(found) > 1:
            return Place(AMBIGUOUS)
        return found[0] if found else Place(QUOTE_REMOVED)

    def _edited(self, words: str) -> tuple[int, int] | None:
        start = self._stood[0]
        return self._anchoring.compare(self._old, words).follow(
            start, start + len(self._anchor.exact)
        )


class _Comparison:
    # Which tokens of one wording stand in another, and where.
    def __init__(self, old: str, new: str) -> None:
        old_tokens, new_tokens = comparing.tokens(old), comparing.tokens(new)
        self._old_at = _offsets(old_tokens)
        self._new_at = _offsets(new_tokens)
        self._words = [comparing.is_word(each) for each in old_tokens]
        self._kept = dict(comparing.common(old_tokens, new_tokens))

    def follow(self, start: int, end: int) -> tuple[int, int] | None:
        # Where in the new wording the old words from *start* to *end* are, if half of them are.
        touched = range(bisect_right(self._old_at, start) - 1, bisect_left(self._old_at, end))
        counted = [at for at in touched if self._words[at]] or touched
        kept = [self._kept[at] for at in counted if at in self._kept]
        if not kept or len(kept) * _KEPT < len(counted):
            return None
        return self._new_at[kept[0]], self._new_at[kept[-1] + 1]


def _offsets(tokens: list[str]) -> list[int]:
    return [0, *accumulate(map(len, tokens))]
