"""The example of the how-to runs as it stands there; the blocking bot is the same bot."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

from paraph.client.bot import BlockingBot, CommentMade, Context, Event
from tests.client.bot.bot_home import PASSPHRASE, Bench, make_bench
from tests.support.negotiating import base, comment, opened

HOW_TO = Path(__file__).parents[3] / "docs" / "how-to" / "bots.md"


def example() -> str:
    found = re.search(r"```python\n(.*?)```", HOW_TO.read_text(), re.DOTALL)
    assert found is not None
    return found.group(1)


async def _talk(bench: Bench) -> None:
    bot, _ = bench.stock()
    async with bot:
        await bot.step()
        bench.say(opened())
        bench.say(base())
        bench.say(base(author="RUS"), "RUS")
        await bot.step()


def test_the_example_prints_what_the_other_side_tabled_and_then_nothing(tmp_path: Path) -> None:
    bench = make_bench(tmp_path)
    asyncio.run(_talk(bench))
    environment = {
        **os.environ,
        "PARAPH_HOME": str(bench.home.path),
        "PARAPH_PASSPHRASE_FILE": str(bench.passphrase),
    }

    def run() -> str:
        command = [sys.executable, "-W", "error", "-c", example()]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, timeout=60
        )
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    assert re.fullmatch(r"#\d+ USA tabled a text of 4 clauses\n", run())
    assert run() == ""


def test_the_example_has_ten_lines_of_code() -> None:
    lines = [line for line in example().splitlines() if line.strip()]
    assert len(lines) <= 11


def test_the_blocking_bot_acknowledges_from_plain_functions(tmp_path: Path) -> None:
    bench = make_bench(tmp_path)
    asyncio.run(_talk(bench))
    seen: list[str] = []
    blocking = BlockingBot(
        bench.home, passphrase=PASSPHRASE, link=bench.link, clock=bench.clock, name="plain"
    )

    @blocking.on(CommentMade)
    def take(event: Event[CommentMade], ctx: Context) -> None:
        seen.append(event.record.body)
        ctx.acknowledge()

    before = bench.channel.log.size
    bench.say(comment())
    with blocking as bot:
        bot.run(once=True)
    assert seen == ["Why?"]
    assert len(bench.said(before)) == 1
