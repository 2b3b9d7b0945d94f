"""One run: spoiled inputs, what became of them, and what should not have come of them."""

import random
from collections import Counter
from typing import Final

import msgpack
from msgpack import fallback

from paraph.protocol.errors import MalformedError
from paraph.protocol.schema import CONTENT, scan
from tests.fuzz.mutate import spoil
from tests.fuzz.targets import Target, accepts_its_seeds, others, records

DIFFERENTIAL: Final = 8
"""Every so many inputs both decoders are asked; the pure-Python one is slow."""
RECORDS: Final = 0.75
"""Share of the inputs that goes to records."""


def unpack(unpacker: msgpack.Unpacker | fallback.Unpacker, data: bytes) -> str:
    """Return what a decoder makes of *data*, as text that can be compared."""
    try:
        unpacker.feed(data)
        value = unpacker.unpack()
    except (ValueError, msgpack.UnpackException, RecursionError):
        return "refused"
    return repr(value)


def disagree(data: bytes) -> bool:
    """Tell whether the two decoders see different things in *data*."""
    try:
        scan(data, CONTENT)
    except MalformedError:
        return False  # neither is asked
    fast = msgpack.Unpacker(strict_map_key=True, max_ext_len=0)
    plain = fallback.Unpacker(strict_map_key=True, max_ext_len=0)
    return unpack(fast, data) != unpack(plain, data)


class Run:
    """One run and its counts."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.records = records(self.rng)
        self.others = others(self.rng)
        self.outcomes: Counter[str] = Counter()
        self.findings: list[str] = []

    def refused_seeds(self) -> list[str]:
        """Return the readers that refuse all their own seeds: a test of nothing much."""
        return [each.name for each in (*self.records, *self.others) if not accepts_its_seeds(each)]

    def show(self, count: int) -> None:
        """Show *count* spoiled inputs."""
        for number in range(count):
            pool = self.records if self.rng.random() < RECORDS else self.others
            target = self.rng.choice(pool)
            data = spoil(self.rng.choice(target.seeds), self.rng, packed=target.packed)
            self._one(target, data)
            if number % DIFFERENTIAL == 0 and target.packed and disagree(data):
                self.findings.append(f"the decoders disagree: {data.hex()}")

    def _one(self, target: Target, data: bytes) -> None:
        try:
            target.read(data)
        except target.allowed:
            self.outcomes["refused"] += 1
        except Exception as error:  # noqa: BLE001  whatever comes is the finding
            self.findings.append(f"{target.name}: {type(error).__name__}: {error}: {data.hex()}")
        else:
            self.outcomes["accepted"] += 1
