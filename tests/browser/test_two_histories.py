"""A relay that shows two histories: told on every page at once, with all that a person can do."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sys
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

from playwright.async_api import Browser, expect

from tests.browser.hand import Hand, at
from tests.browser.looking import looked_at
from tests.browser.world import START_S, founded

ALARM = "#link .alarm"


async def test_two_histories_are_told_at_once_and_can_be_proven(
    tmp_path: Path, browser: Browser
) -> None:
    async with founded(tmp_path) as world:
        text = tmp_path / "text.yaml"
        text.write_text(await world.say("usa.desk", "send", "--example"))
        await world.relay.stop()
        # As after a restore from a backup, which an honest relay refuses to sign on.
        one, other = tmp_path / "relay", tmp_path / "relay-again"
        shutil.copytree(one, other)
        async with at(world, browser, "usa.desk") as usa:
            async with relay_of(one, tmp_path):
                await world.say("usa.desk", "send", str(text))
                await usa.main.get_by_role("listitem").get_by_role("link").click()
                await usa.open("Text")
            async with relay_of(other, tmp_path):
                await world.say("rus.desk", "send", str(text))
                await world.say("rus.desk", "comment", "Of equal length would be seen later.")
                await expect(usa.page.locator(ALARM)).to_be_visible()
                await says_nothing_more(usa)
                await usa.page.locator(ALARM).get_by_role("link").click()
                await looked_at(usa.window)
                await proves(usa, tmp_path)
        # A desk that is started again reads what it has, and says so at once.
        async with at(world, browser, "usa.desk") as usa:
            await expect(usa.page.locator(ALARM)).to_be_visible()
            await looked_at(usa.window)
            await usa.open("Text")
            await expect(usa.main.locator("article, section, table").first).to_be_visible()


@contextlib.asynccontextmanager
async def relay_of(folder: Path, logs: Path) -> AsyncIterator[None]:
    """Serve a relay's folder, until the block ends."""
    with (logs / "relays.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "paraph.server", "serve", str(folder)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
        )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(START_S):
            assert await process.stdout.readline()
        yield
    finally:
        process.terminate()
        await process.wait()


async def says_nothing_more(usa: Hand) -> None:
    """What is written in spite of it does not leave, and stands there still."""
    await usa.open("Comments")
    await usa.press("Comment")
    await usa.page.get_by_label("What you say").fill("Does anybody hear?")
    async with usa.window.troubles.expected("status 409", "status of 409"):
        await usa.press("Inspect what leaves")
        await expect(usa.page.get_by_label("What you say")).to_have_value("Does anybody hear?")


async def proves(usa: Hand, folder: Path) -> None:
    """Whoever has the trust file of the channel believes the evidence that was saved."""
    saved = {}
    for words in ("Save the evidence", "Save the trust file"):
        async with usa.page.expect_download() as found:
            await usa.press(words)
        download = await found.value
        saved[words] = folder / download.suggested_filename
        await download.save_as(saved[words])
    with zipfile.ZipFile(saved["Save the evidence"]) as packed:
        packed.extractall(folder / "saved")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "from paraph.client.cli import main; main()", "audit", "evidence"),
        *(str(folder / "saved/evidence"), "--trust", str(saved["Save the trust file"])),
        stdout=asyncio.subprocess.PIPE,
    )
    told, _ = await process.communicate()
    assert process.returncode == 0, told
    assert told.startswith(b"proven "), told
