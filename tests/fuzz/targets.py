"""What reads bytes from outside, each with bytes that it takes and the errors it may raise."""

import dataclasses
import functools
import random
from collections.abc import Callable
from typing import Final

from paraph.protocol.checkpoint import LogSecret
from paraph.protocol.errors import ForgedError, MalformedError, ParaphError, UnsupportedError
from paraph.protocol.keys import PublicKey, SealingPublicKey, SecretKey
from paraph.protocol.note import parse_head, parse_note, parse_vkey
from paraph.protocol.proof import TlogProof
from paraph.protocol.schema import Record
from paraph.protocol.sealed import SealingKey
from paraph.protocol.statements.content import CONTENT_KINDS, decode_content
from paraph.protocol.tiles import Tile, entry_bundle, parse_bundle
from paraph.protocol.wire import Follow, Refused, pack_frame, unpack_frame
from tests.fuzz.samples import Samples
from tests.support import concluding
from tests.support.every_content import EVERY
from tests.support.records import every_kind

SEEDS_OF_A_KIND: Final = 4
ORIGIN: Final = "relay.example/log"


@dataclasses.dataclass(frozen=True, slots=True)
class Target:
    """One reader.

    Attributes:
        name: As it stands in the report.
        read: Takes bytes and gives a value or raises.
        allowed: The errors that it may raise; any other is a finding.
        seeds: Bytes to spoil.
        packed: Whether the seeds are msgpack.
    """

    name: str
    read: Callable[[bytes], object]
    allowed: tuple[type[ParaphError], ...]
    seeds: tuple[bytes, ...]
    packed: bool


def records(rng: random.Random) -> list[Target]:
    """Return a target for each kind of record."""
    kinds = every_kind()
    samples = Samples({kind.KIND: kind for kind in kinds}, rng)
    found = []
    for kind in kinds:
        seeds = tuple(_seed(samples, kind) for _ in range(SEEDS_OF_A_KIND))
        read = functools.partial(_there_and_back, kind)
        found.append(Target(f"record {kind.KIND}", read, (MalformedError,), seeds, True))
    return found


def _there_and_back(kind: type[Record], data: bytes) -> Record:
    # One value, one encoding: decoding compares what was unpacked, so the record is packed here.
    made = kind.decode(data)
    if made.encode() != data:
        raise AssertionError("expected an accepted record to be encoded as it came")
    return made


def _seed(samples: Samples, kind: type[Record]) -> bytes:
    # Chance meets what a kind asks of one field alone; where fields must fit, one is known.
    packed, decodes = samples.of(kind)
    return packed if decodes else _KNOWN.get(kind.KIND, packed)


_ACT: Final = concluding.acts()[0].act
_KNOWN: Final = {each.KIND: each.encode() for each in (*EVERY, _ACT)}


def others(rng: random.Random) -> list[Target]:
    """Return the readers of frames, notes, proofs, tiles and keys."""
    refused = Refused(request=2, code="gap", message="expected 3", retry_after_s=1, note=b"")
    frame = pack_frame((Follow(request=1, start=0), refused))
    secret = LogSecret.from_seed(bytes(range(64)))
    note = secret.sign(ORIGIN, 7, bytes(32))
    proof = TlogProof(index=3, hashes=(), note=note).encode()
    vkeys = tuple(vkey.encode() for vkey in secret.keys(ORIGIN).vkeys)
    bundle = entry_bundle([b"one", b"two", rng.randbytes(300)])
    samples = Samples({kind.KIND: kind for kind in every_kind()}, rng)
    content = tuple(_seed(samples, kind) for kind in CONTENT_KINDS.values())
    head = note[: note.index(b"\n\n") + 1]
    strict = (MalformedError,)
    return [
        Target("frame", unpack_frame, strict, (frame,), True),
        Target("content", decode_content, strict, content, True),
        Target("proof", TlogProof.decode, strict, (proof,), False),
        Target("note", parse_note, strict, (note,), False),
        Target("head", parse_head, strict, (head,), False),
        Target(
            "vkey",
            lambda data: parse_vkey(data.decode("latin-1")),
            (MalformedError, UnsupportedError),
            vkeys,
            False,
        ),
        Target("bundle", lambda data: parse_bundle(data, 3), strict, (bundle,), False),
        Target(
            "tile path",
            lambda data: Tile.parse(data.decode("latin-1")),
            strict,
            (b"tile/0/x001/067", b"tile/entries/000.p/5"),
            False,
        ),
        Target(
            "composite key",
            PublicKey.parse,
            (ForgedError, MalformedError),
            (SecretKey.from_seed(bytes(64)).public.raw,),
            False,
        ),
        Target(
            "sealing key",
            SealingPublicKey.parse,
            (ForgedError, MalformedError),
            (SealingKey.from_seed(bytes(96)).public.raw,),
            False,
        ),
    ]


def accepts_its_seeds(target: Target) -> bool:
    """Tell whether at least one seed is read as it stands."""
    for seed in target.seeds:
        try:
            target.read(seed)
        except target.allowed:
            continue
        return True
    return False
