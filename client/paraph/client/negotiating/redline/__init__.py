"""Redlines: what differs between two versions, word by word and clause by clause; or among three.

Shown to people and nothing else: no redline is part of a state or of anything signed. Each holds
both texts to the letter, so that all its changes accepted give the one, and none of them the other.
"""

from paraph.client.negotiating.redline.clauses import (
    Block,
    Change,
    Kin,
    Piece,
    Redline,
    kin_after,
    kin_of,
    redline,
)
from paraph.client.negotiating.redline.three import Row, Segment, moves, three_way
from paraph.client.negotiating.redline.words import is_invisible

__all__ = [
    "Block",
    "Change",
    "Kin",
    "Piece",
    "Redline",
    "Row",
    "Segment",
    "is_invisible",
    "kin_after",
    "kin_of",
    "moves",
    "redline",
    "three_way",
]
