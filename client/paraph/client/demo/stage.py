"""The whole demo, from an empty folder to the account of what happened."""

from __future__ import annotations

import contextlib
import dataclasses
import shutil
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Final

from paraph.client.audit import replay
from paraph.client.audit.export import export
from paraph.client.channel.joining import TRUST_NAME
from paraph.client.demo import script
from paraph.client.demo.account import Account, Line, Standing
from paraph.client.demo.bots import Bots
from paraph.client.demo.cast import PASSPHRASE, Cast
from paraph.client.demo.outcome import outcome
from paraph.client.demo.play import Play, Played
from paraph.client.demo.relay_process import RelayProcess
from paraph.client.files import write_atomically
from paraph.client.keys import cards, founding
from paraph.client.keys.trust import load_trust
from paraph.client.negotiating.fingerprint import fingerprint
from paraph.client.scenario import KIND, load, shipped
from paraph.client.scenario.model import Scenario
from paraph.client.writing.blocks import read_file
from paraph.protocol.errors import InputError

MARK: Final = ".paraph-demo"
_BEFORE_MS: Final = 3_600_000  # keys are enrolled an hour before the first act


def read_scenario(path: Path | None) -> Scenario:
    """Read a scenario file, or the one that ships.

    Raises:
        InputError: It cannot be read, or is not of the schema.
    """
    return load(shipped() if path is None else read_file(path, KIND))


@dataclasses.dataclass(frozen=True, slots=True)
class Stage:
    """The demo after its last act, while the relay and the bots still run.

    Attributes:
        account: What happened.
        cast: Everybody.
        bots: The acknowledgement bots.
    """

    account: Account
    cast: Cast
    bots: Bots


@contextlib.asynccontextmanager
async def played(
    scenario: Scenario,
    folder: Path,
    progress: Callable[[int, int], None],
    step: Callable[[str], None],
) -> AsyncIterator[Stage]:
    """Play *scenario* in *folder*; relay and bots go on until the block ends.

    Args:
        scenario: What is played.
        folder: New, empty, or left by an earlier demo, which is then removed.
        progress: Called with acts done and acts in all.
        step: Told what is done before the acts begin.

    Raises:
        InputError: The folder holds something else.
        ParaphError: Something that the scenario says was done was refused.
    """
    _clear(folder)
    write_atomically(folder / "passphrase", PASSPHRASE + b"\n")
    begin = script.acts(scenario)[0].at - _BEFORE_MS
    async with contextlib.AsyncExitStack() as stack:
        relay = RelayProcess(folder / "relay", tuple(scenario.parties))
        await stack.enter_async_context(relay)
        step(f"the relay runs as process {relay.pid} at {relay.card.address}")
        cast = Cast(folder, scenario, relay)
        stack.push_async_callback(cast.close)
        await cast.found(begin, step)
        bots = await stack.enter_async_context(Bots(cast, begin))
        for code in cast.houses:
            await bots.start(code, cast.channel)
        step("both acknowledgement bots run")
        acted = Play(scenario, cast, bots)
        await acted.run(progress)
        await bots.close_the_day()
        account = await _account(scenario, folder, relay.card.address, cast, acted)
        yield Stage(account, cast, bots)


def _clear(folder: Path) -> None:
    if folder.is_dir() and any(folder.iterdir()):
        if not (folder / MARK).is_file():
            raise InputError(
                f"{folder} holds something that is no demo",
                code="not-empty",
                hint="name a new folder with --out",
            )
        shutil.rmtree(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / MARK).touch()
    except OSError as error:
        raise InputError(
            f"cannot make the folder {folder}: {error.strerror}",
            code="folder",
            hint="name another with --out",
        ) from error


async def _account(
    scenario: Scenario, folder: Path, address: str, cast: Cast, play: Play
) -> Account:
    standings = []
    for code, house in cast.houses.items():
        desk = await cast.desk(script.sender(scenario, code), cast.channel)
        await desk.sync()
        words = founding.fingerprint(cards.read_party(house.card))
        standings.append(
            Standing(
                party=code,
                words=words,
                size=desk.replica.size,
                root=desk.replica.log.root,
                outcome=outcome(scenario, desk.reader.state, play.negotiation, play.statements),
                fingerprint=fingerprint(desk),
            )
        )
    first = next(iter(cast.houses))
    desk = await cast.desk(script.sender(scenario, first), cast.channel)
    bundle = folder / "audit-bundle"
    export(desk.replica, bundle)
    trust = folder / TRUST_NAME
    shutil.copy(cast.houses[first].home.channel(cast.channel).path / TRUST_NAME, trust)
    archive = cast.houses[first].vault.content.archive_openers
    replayed = replay.replay(bundle, load_trust(trust), archive)
    return Account(
        scenario=scenario.id,
        banner=scenario.banner,
        folder=folder,
        address=address,
        channel=cast.channel,
        standings=standings,
        lines=[await _line(cast, each) for each in play.played],
        log_time=desk.replica.log.log_time,
        replayed=replayed,
        audited=outcome(scenario, replayed.state, play.negotiation, play.statements)
        if replayed.state is not None and replayed.whole
        else None,
        bundle=bundle,
        trust=trust,
        program=_program(),
    )


def _program() -> str:
    # How this command was called, so that what is printed can be typed as it stands.
    return "paraph" if shutil.which("paraph") else sys.argv[0]


async def _line(cast: Cast, played: Played) -> Line:
    desk = await cast.desk(played.act.by, played.channel)
    await desk.sync()
    shared = played.channel == cast.channel
    where = "shared" if shared else f"internal {played.party}"
    return Line(played, where, desk.rung(played.sent.index, played.sent.id))
