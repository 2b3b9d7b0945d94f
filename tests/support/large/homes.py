"""The large negotiation on disk: a relay and two homes, made once and kept under ``var/``.

::

    var/large/<key>/    key: a hash of what makes it
      relay/            the relay's directory
      usa/, rus/        a home of each party, with every key; of the first the internal channel too

Everything is real: keys, seals, signatures, proofs. What is said is the same every time, keys and
ids are not. Whoever serves the relay gives the homes its new card (:func:`point_at`).
"""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import os
import re
import shutil
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from paraph.client.channel import joining
from paraph.client.channel.desk import Desk
from paraph.client.channel.joining import Link
from paraph.client.keys import founding
from paraph.client.keys.cards import CharterFile
from paraph.client.keys.home import ChannelHome, Home
from paraph.client.keys.vault import HeldKey, Vault
from paraph.client.negotiating.chancery import is_internal
from paraph.client.transport import Transport
from paraph.protocol import roles
from paraph.protocol.wire import RelayCard
from paraph.server import logs
from tests.support.channel import START, Channel
from tests.support.large import notes
from tests.support.large.disk_stage import DiskStage
from tests.support.large.script import Script
from tests.support.large.stage import DAY, PARTIES, Size
from tests.support.parties import Person
from tests.support.real_relay import RealRelay, make_relay, start_relay

PASSPHRASE: Final = b"correct horse battery staple"
ROLES: Final = (roles.DESK, roles.HEAD, roles.LEGAL, roles.LINGUIST, roles.BOT)
PLACE: Final = Path("var/large")


@dataclasses.dataclass(frozen=True, slots=True)
class Large:
    """What was made.

    Attributes:
        path: Where.
    """

    path: Path

    @property
    def relay(self) -> Path:
        """The relay's directory."""
        return self.path / "relay"

    def home(self, code: str) -> Home:
        """Return the home of a party."""
        return Home(self.path / code.lower())

    def vault(self, code: str) -> Vault:
        """Return the open key file of a party."""
        return Vault.open(self.home(code).vault_path, PASSPHRASE)

    def desk(self, code: str, link: Link | None = None, *, internal: bool = False) -> Desk:
        """Return a desk of a party, which has not read anything yet."""
        home = self.home(code)
        folder = next(each for each in home.channels() if is_internal(each) == internal)
        return Desk.open(home, self.vault(code), folder, roles.DESK, link, clock=lambda: START)

    def copied(self, target: Path) -> Large:
        """Return a copy that may be written to."""
        shutil.copytree(self.path, target)
        return Large(target)


def large(size: Size | None = None, place: Path = PLACE) -> Large:
    """Return the large negotiation on disk; make it if it is not there (some 40 seconds)."""
    size = size or Size()
    path = place / _key(size)
    if not path.exists():
        fresh = place / f".{path.name}.{os.getpid()}"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        logs.configure("warning")
        asyncio.run(_make(Large(fresh), size))
        fresh.rename(path)
    return Large(path.resolve())


def _key(size: Size) -> str:
    sources = sorted(Path(__file__).parent.glob("*.*"))
    found = hashlib.sha256(repr(size).encode())
    for each in sources:
        found.update(each.read_bytes())
    return found.hexdigest()[:16]


def point_at(made: Large, card: RelayCard) -> None:
    """Tell both homes how the relay is reached now."""
    for code in PARTIES:
        for folder in made.home(code).channels():
            folder.save_relay(card)


@asynccontextmanager
async def serving(made: Large) -> AsyncIterator[RealRelay]:
    """Serve the relay of *made* in this process; the homes know its card."""
    logs.configure("warning")
    relay = await start_relay(made.relay)
    point_at(made, relay.card)
    try:
        yield relay
    finally:
        await relay.stop()


# ------------------------------------------------------------------ making it


async def _make(made: Large, size: Size) -> None:
    codes = await make_relay(made.relay, plain=True, whom=3)
    _lift_quotas(made.relay / "relay.toml")
    relay = await start_relay(made.relay)
    link = Transport(relay.card)
    try:
        shared, inner = await _found(made, relay.card, link, codes)
        stage = await _stage(shared, relay, [made.vault(code) for code in PARTIES])
        Script(stage, size).play()
        await stage.submit(relay.service)
        aside = await _stage(inner, relay, [made.vault("USA")])
        notes.play(aside, stage.state)
        await aside.submit(relay.service)
        for code in PARTIES:
            for folder in made.home(code).channels():
                await _catch_up(made, code, folder, link)
        for code in PARTIES:
            await _renew(made, code, link)
        notes.keep_drafts(made.home("USA").path, stage.state)
    finally:
        await link.close()
        await relay.stop()


def _lift_quotas(config: Path) -> None:
    text = config.read_text("utf-8")
    for name in ("submissions_per_second", "submissions_burst"):
        text = re.sub(rf"(?m)^#? ?{name} = .*$", f"{name} = 1000000", text)
    config.write_text(text, "utf-8")


async def _found(
    made: Large, card: RelayCard, link: Link, codes: tuple[str, ...]
) -> tuple[CharterFile, CharterFile]:
    vaults, cards = {}, []
    for code, name in zip(PARTIES, ("Ministry", "Department"), strict=True):
        vaults[code], its = founding.init_party(
            made.home(code), code, {"en": name}, PASSPHRASE, roots=1, threshold=1, cheap=True
        )
        cards.append(its)
    inner = founding.internal_card(made.home("USA"), vaults["USA"])
    terms = founding.Terms(exercise=True)
    shared = await _channel(made, vaults, founding.propose(tuple(cards), card, terms), link, codes)
    alone = {"USA": vaults["USA"]}
    own = await _channel(made, alone, founding.propose((inner,), card, terms), link, codes[2:])
    return shared, own


async def _channel(
    made: Large,
    vaults: dict[str, Vault],
    file: CharterFile,
    link: Link,
    codes: tuple[str, ...],
) -> CharterFile:
    for (code, vault), enrolment in zip(vaults.items(), codes, strict=False):
        file = founding.countersign(file, made.home(code), vault.content)
        await joining.admit(link, vault.content, enrolment)
    file = founding.complete(file, next(iter(vaults.values())).content, START)
    file = await joining.found(link, file)
    for code, vault in vaults.items():
        folder = joining.join(made.home(code), file)
        await joining.enrol_own(vault, folder, link, ROLES, now=START)
    return file


async def _renew(made: Large, code: str, link: Link) -> None:
    # What was signed on the stage is in no outbox: whoever speaks from now on has a new key.
    for folder in made.home(code).channels():
        await joining.enrol_own(
            made.vault(code), folder, link, (roles.DESK,), now=START + DAY, renew=True
        )
        await _catch_up(made, code, folder, link)


async def _catch_up(made: Large, code: str, folder: ChannelHome, link: Link) -> None:
    desk = Desk.open(
        made.home(code), made.vault(code), folder, roles.DESK, link, clock=lambda: START
    )
    await desk.sync()
    assert desk.reader.halt is None, desk.reader.up_to
    desk.replica.close()


async def _stage(file: CharterFile, relay: RealRelay, vaults: Iterable[Vault]) -> DiskStage:
    channel = Channel((), file.charter, relay.secret, file.founding)
    people = {
        (vault.content.party, key.role): _person(vault, key)
        for vault in vaults
        for key in vault.content.held(channel.id)
    }
    stage = DiskStage(channel, people)
    await stage.begin(relay.service)
    return stage


def _person(vault: Vault, key: HeldKey) -> Person:
    return Person(vault.content.party, key.role, key.signer, key.opener, key.holder)
