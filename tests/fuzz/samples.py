"""Valid and nearly valid records, made from what each codec says of itself.

A codec's name is a sentence of a small grammar ("list of 0 to 2: 32 bytes"), the same that fills
the field tables of SPEC.md; so a new field needs nothing here as long as it uses known words.
"""

import random
import re
from collections.abc import Mapping
from typing import Final

import msgpack

from paraph.protocol.errors import MalformedError
from paraph.protocol.schema import Record

Value = object
SMALL: Final = 3  # items of a list, and bytes or characters beyond the least, in a sample
EDGES: Final = (0, 1, 2, 23, 127, 128, 255, 256, 65_535, 65_536, 2**32 - 1, 2**32, 2**53 - 1)
WORDS: Final = (
    "", "en", "ru", "RUS", "US", "joint", "c-1", "A", "a", "AB-12", "paraph", "relay.example/log",
    "Text of a clause", "Текст статьи", "[RUS: слово]", "x" * 40, "+03:00",
)  # fmt: skip


class Samples:
    """Makes samples of the given kinds.

    Args:
        kinds: Every record class, so that nested ones are found by name.
        rng: The only source of chance.
    """

    def __init__(self, kinds: Mapping[str, type[Record]], rng: random.Random) -> None:
        self._kinds = kinds
        self._rng = rng
        grammar = {
            r"(\d+) bytes": self._sized,
            r"0 to (\d+) bytes": self._blob,
            r"text, at most (\d+) characters(?:, (.*))?": self._text,
            r"(ascending )?list of (\d+) to (\d+): (.*)": self._list,
            r"(record `.*|one of the records .*)": self._record,
            r'(one of ".*)': self._word,
            r"boolean": self._flag,
            r"integer in .*": self._integer,
        }
        self._grammar = [(re.compile(each, re.DOTALL), make) for each, make in grammar.items()]

    def of(self, kind: type[Record], tries: int = 4000) -> tuple[bytes, bool]:
        """Return the encoding of a record of *kind*, and whether it decodes.

        Fields are right one by one; what a ``check`` asks of several at once may not be met.
        """
        packed = b""
        for _ in range(tries):
            packed = msgpack.packb(self._map(kind))
            try:
                kind.decode(packed)
            except MalformedError:
                continue
            return packed, True
        return packed, False

    def _map(self, kind: type[Record]) -> dict[str, Value]:
        fields = {name: self._value(codec.name) for name, codec in kind.CODECS.items()}
        return {"kind": kind.KIND, **fields}

    def _value(self, name: str) -> Value:
        for pattern, make in self._grammar:
            if match := pattern.fullmatch(name):
                return make(match)
        raise NotImplementedError(f"no sample for a field of {name}")

    def _sized(self, match: re.Match[str]) -> Value:
        size = int(match[1])
        return bytes(size) if self._rng.random() < 0.5 else self._rng.randbytes(size)

    def _blob(self, match: re.Match[str]) -> Value:
        return self._rng.randbytes(self._rng.randrange(min(int(match[1]), 40) + 1))

    def _integer(self, _: re.Match[str]) -> Value:
        return self._rng.choice(EDGES) if self._rng.random() < 0.5 else self._rng.randrange(4)

    def _flag(self, _: re.Match[str]) -> Value:
        return self._rng.random() < 0.5

    def _word(self, match: re.Match[str]) -> Value:
        return self._rng.choice(re.findall(r'"([^"]*)"', match[1]))

    def _record(self, match: re.Match[str]) -> Value:
        return self._map(self._kinds[self._rng.choice(re.findall(r"`([a-z-]+)`", match[1]))])

    def _text(self, match: re.Match[str]) -> Value:
        most, pattern = int(match[1]), match[2]
        fitting = [
            each
            for each in WORDS
            if len(each) <= most and (pattern is None or re.fullmatch(pattern, each))
        ]
        return self._rng.choice(fitting)

    def _list(self, match: re.Match[str]) -> Value:
        least, most = int(match[2]), int(match[3])
        count = self._rng.randint(least, min(most, least + SMALL))
        items = [self._value(match[4]) for _ in range(count)]
        if match[1]:  # ascending: by what is packed, which is right for all but a few kinds
            items.sort(key=msgpack.packb)
        return items
