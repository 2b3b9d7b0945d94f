"""Clauses of a made-up instrument, sentence by sentence in two languages.

A clause is a row of sentences of 40 to 120 words together. Each sentence stands in both languages
with the same figures, marks and references, so that what changes in one changes in the other.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

LEAST_WORDS: Final = 40
MOST_WORDS: Final = 120

_SENTENCES: Final = tuple(
    tuple(each.splitlines())
    for each in Path(__file__).with_name("sentences.txt").read_text("utf-8").split("\n\n")
)
_HEADINGS: Final = (
    ("Notice", "Уведомление"),
    ("Distance", "Дистанция"),
    ("Signals", "Сигналы"),
    ("Rescue", "Спасание"),
    ("Records", "Записи"),
    ("Meetings", "Встречи"),
    ("Training", "Подготовка"),
    ("Frequencies", "Частоты"),
)


@dataclasses.dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a clause.

    Attributes:
        which: Its place in the stock of sentences.
        number: The figure in it, if it has one.
        holder: Party that holds it in brackets; empty if nobody does.
        rival: The figure that the other party would have in its place; 0 if none.
        place: A placeholder follows it.
        ref: Clause that it refers to; empty if none.
    """

    which: int
    number: int
    holder: str = ""
    rival: int = 0
    place: bool = False
    ref: str = ""

    def words(self, language: str) -> str:
        """Return it in a language."""
        column = 0 if language == "en" else 1
        stock = _SENTENCES[self.which][column]
        own = stock.format(n=self.number)
        if self.ref:
            own += (f" as clause {{ref:{self.ref}}} says", f" согласно пункту {{ref:{self.ref}}}")[
                column
            ]
        if self.holder and self.rival:
            other = "RUS" if self.holder == "USA" else "USA"
            own = f"[{self.holder}: {own}] [{other}: {stock.format(n=self.rival)}]"
        elif self.holder:
            own = f"[{self.holder}: {own}]"
        if self.place:
            own += (" [●: figure of the annex]", " [●: цифра приложения]")[column]
        return own + "."


Sentences = tuple[Sentence, ...]


def length(sentences: Sentences) -> int:
    """Return how many words they have, in the language that has fewer."""
    return min(len(words(sentences, each).split()) for each in ("en", "ru"))


def words(sentences: Sentences, language: str) -> str:
    """Return a clause's words in a language."""
    return " ".join(each.words(language) for each in sentences)


def clause(chance: random.Random, cids: Sequence[str]) -> Sentences:
    """Return the sentences of a new clause; some refer to one of *cids*."""
    wanted = chance.randint(LEAST_WORDS, 90)
    made: Sentences = ()
    while length(made) < wanted:
        refers = bool(cids) and chance.random() < 0.06
        made = (*made, _sentence(chance, chance.choice(cids) if refers else ""))
    return made


def _sentence(chance: random.Random, ref: str = "") -> Sentence:
    return Sentence(chance.randrange(len(_SENTENCES)), chance.randint(2, 96), ref=ref)


def remark(chance: random.Random, language: str) -> str:
    """Return what somebody says about a clause: two or three sentences."""
    return words(tuple(_sentence(chance) for _ in range(chance.randint(2, 3))), language)


def heading(number: int) -> dict[str, str]:
    """Return the heading of the clause that was made as the *number*-th."""
    en, ru = _HEADINGS[number % len(_HEADINGS)]
    return {"en": f"{en} ({number})", "ru": f"{ru} ({number})"}


def changed(chance: random.Random, sentences: Sentences, party: str) -> Sentences:
    """Return *sentences* as *party* would have them: one thing is different."""
    at = chance.randrange(len(sentences))
    old = sentences[at]
    change: Callable[[], Sentences] = chance.choice(
        (
            lambda: (dataclasses.replace(old, number=chance.randint(2, 96)),),
            lambda: (dataclasses.replace(old, holder=party, rival=0),),
            lambda: (dataclasses.replace(old, holder=party, rival=chance.randint(2, 96)),),
            lambda: (dataclasses.replace(old, place=not old.place),),
            lambda: (dataclasses.replace(old, holder="", rival=0, place=False),),
            lambda: (dataclasses.replace(old, holder="", rival=0, place=False),),
            lambda: (old, _sentence(chance)),
            lambda: (_sentence(chance),),
        )
    )
    made = (*sentences[:at], *change(), *sentences[at + 1 :])
    while length(made) < LEAST_WORDS:
        made = (*made, _sentence(chance))
    return made if length(made) <= MOST_WORDS else settled(sentences)


def settled(sentences: Sentences) -> Sentences:
    """Return *sentences* without a bracket or a placeholder."""
    return tuple(dataclasses.replace(each, holder="", rival=0, place=False) for each in sentences)
