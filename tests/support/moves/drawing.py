"""What a move is drawn from, by hypothesis or by a walk; and what makes a move of a method."""

import dataclasses
import functools
import random
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from paraph.protocol.errors import MisuseError
from paraph.protocol.statements.content import Content
from tests.support.model.game import PHRASES
from tests.support.negotiating import PARTIES

HOUR = 3_600_000
DESK, HEAD, SIGNATORY = "desk_officer", "head_of_delegation", "signatory"


class Of:
    """One of some, to be drawn by hypothesis or by a walk."""

    def __init__(self, *options: Any) -> None:
        self.options = options

    def strategy(self) -> st.SearchStrategy[Any]:
        return st.sampled_from(self.options)

    def draw(self, chance: random.Random) -> Any:
        return chance.choice(self.options)


class Each(Of):
    """One of each."""

    def strategy(self) -> st.SearchStrategy[Any]:
        return st.tuples(*(each.strategy() for each in self.options))

    def draw(self, chance: random.Random) -> Any:
        return tuple(each.draw(chance) for each in self.options)


class Few(Of):
    """Up to three."""

    def strategy(self) -> st.SearchStrategy[Any]:
        return st.lists(self.options[0].strategy(), max_size=3)

    def draw(self, chance: random.Random) -> Any:
        return [self.options[0].draw(chance) for _ in range(chance.randrange(4))]


party_, bit, six = Of(*PARTIES), Of(False, True), Of(*range(6))
some, eight = Of(*range(64)), Of(*range(8))
"""Which of those there are: the newest first; now and then one that does not fit at all."""
role_ = Of(*[""] * 40, DESK, HEAD, SIGNATORY, "linguist", "legal_adviser", "bot")
"""Mostly whoever may."""
operation_ = Each(six, six, six, Of(*PHRASES), some)
POSITIONS = ["agree", "agree", "ad_referendum", "in_principle", "reserve", "reject", "none"]
ANSWERS = [
    "accepted_ad_ref", "accepted", "accepted", "countered", "reserved", "rejected",
    "under_consideration", "withdrawn",
]  # fmt: skip


def with_header(content: Any, **changes: object) -> Content:
    header = dataclasses.replace(content.header, **changes)
    made: Content = dataclasses.replace(content, header=header)
    return made


ACTS: dict[str, dict[str, Of]] = {}
"""The moves by name, and what each is drawn from."""


def acting(**drawn: Of) -> Callable[[Callable[..., None]], Any]:
    """Make a rule of a method; what is no record at all cannot be said."""

    def made(method: Callable[..., None]) -> Any:
        @functools.wraps(method)
        def says(self: Any, *given: Any, **named: Any) -> None:
            try:
                method(self, *given, **named)
            except MisuseError as error:
                if not str(error).startswith("not a valid "):
                    raise

        ACTS[method.__name__] = drawn
        return rule(**{name: each.strategy() for name, each in drawn.items()})(says)  # type: ignore[call-overload]

    return made
