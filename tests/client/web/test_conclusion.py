"""From a clean text to two signed originals, on the page of the conclusion."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest

from tests.support.commands import Person
from tests.support.pages import Pages, pages, sync
from tests.support.signing import HEAD, delegations, tabled, verified


@pytest.fixture
def ready(tmp_path: Path) -> tuple[Person, Person]:
    """Two ministries that agree to every clause; nobody has shown powers."""
    usa, rus = delegations(tmp_path)
    tabled(usa)
    verified(usa, rus)
    for person in (usa, rus):
        person.ok("position", "take", "--all", "agree", *HEAD)
    return usa, rus


async def show_powers(seen: Pages) -> None:
    holder = seen.office.desks[0].member.holder.hex()
    form = {
        "holder": holder, "purpose": "both", "capacity-en": "Minister", "capacity-ru": "Министр",
        "issued_by": "Head of State",
    }  # fmt: skip
    await seen.say("conclusion/powers", form)


async def initialled(*both: Pages) -> None:
    for seen in both:
        await sync(*both)
        await show_powers(seen)
        await seen.say("conclusion/initial", {})
    await sync(*both)


async def settle(usa: Pages, rus: Pages) -> None:
    await usa.say(
        "conclusion/alternat",
        {
            "named_first": "USA", "lead-USA": "en", "lead-RUS": "ru",
            "tongue-0": "en", "old-0": "The Department and the Ministry",
            "new-0": "The Ministry and the Department",
            "tongue-1": "ru", "old-1": "Отдел и Служба", "new-1": "Служба и Отдел",
        },
    )  # fmt: skip
    await usa.say("conclusion/effect", {"effect": "on_signature"})
    await rus.sync()
    page = await rus.get("conclusion")
    assert "The other side proposed the originals" in page
    for subject in re.findall(
        r'name="subject" value="([0-9a-f]{64})"><p class="acts"><button class="act">Agree', page
    ):
        await rus.say("conclusion/agree", {"subject": subject})
    await sync(usa, rus)


async def test_the_checklist_says_what_stands_open_and_what_comes_next(
    ready: tuple[Person, Person],
) -> None:
    async with pages(ready[0], "head_of_delegation") as seen:
        page = await seen.get("conclusion")
        assert "A desk officer of yours shows your full powers first." in page
        for step, word in (("brackets", "done"), ("positions", "done"), ("powers", "open")):
            assert f'id="step-{step}" class="{word}"' in page
        refused = await seen.post("conclusion/initial", {}, status=409)
        assert "no full powers were shown" in refused
        await show_powers(seen)
        page = await seen.get("conclusion")
        assert "you may initial the text" in page
        assert "Министр" in page
        assert "/ 1" in page
        missing = await seen.post("conclusion/powers", {"purpose": "both"}, status=400)
        assert "Please fill this in" in missing
        assert "There is no one text" not in page


async def test_both_initial_settle_the_originals_sign_and_keep_the_package(
    ready: tuple[Person, Person],
) -> None:
    usa, rus = ready
    async with pages(usa, "head_of_delegation") as ours, pages(rus, "head_of_delegation") as theirs:
        await initialled(ours, theirs)
        assert "Propose how the two originals differ." in await ours.get("conclusion")
        await settle(ours, theirs)
        page = await ours.get("conclusion")
        assert "Both sides agree how they differ." in page
        for words in ("The Ministry and the Department", "Служба и Отдел"):
            assert words in page
        assert "with the last signature" in page
        saved = await ours.client.get(f"{ours.path}/conclusion/package.zip", headers=ours.own)
        with zipfile.ZipFile(io.BytesIO(await saved.read())) as packed:
            assert "text/ru.txt" in packed.namelist()
            assert "originals/RUS/1-ru.txt" in packed.namelist()
    async with pages(usa, "signatory") as ours, pages(rus, "signatory") as theirs:
        await sync(ours, theirs)
        assert "you may sign the originals" in await ours.get("conclusion")
        for seen in (ours, theirs):
            await sync(seen)  # nobody signs at a desk that has not read all
            for original in ("USA", "RUS"):
                await seen.say("conclusion/sign", {"original": original})
        await sync(ours, theirs)
        page = await ours.get("conclusion")
        assert "The text is signed." in page
        assert "Suspend, resume or end it by a note" in page
        bad = {"change": "suspends", "effective": "soon", "zone": "Moscow time"}
        assert "2015-10-14T13:00Z" in await ours.post("conclusion/note", bad, status=400)
        note = {**bad, "effective": "2017-04-07T21:00Z", "note": "From midnight."}
        await ours.say("conclusion/note", note)
        assert "From midnight." in await ours.get("conclusion")


async def test_an_initial_is_taken_back_before_the_last_one(ready: tuple[Person, Person]) -> None:
    async with pages(ready[0], "head_of_delegation") as seen:
        await show_powers(seen)
        await seen.say("conclusion/initial", {})
        page = await seen.get("conclusion")
        (subject,) = re.findall(r'name="subject" value="([0-9a-f]{64})"', page)
        await seen.say("conclusion/unsign", {"subject": subject, "unsign_reason": "Not yet"})
        assert "you may initial the text" in await seen.get("conclusion")
        await seen.post("conclusion/unsign", {"subject": subject}, status=400)
        await seen.post("conclusion/agree", {"subject": subject}, status=400)


async def test_lawyers_and_linguists_seal_the_text(ready: tuple[Person, Person]) -> None:
    async with pages(ready[0], "head_of_delegation") as seen:
        for sort in ("legal", "concordance"):
            assert f'name="sort" value="{sort}"' in await seen.get("conclusion")
            await seen.say("conclusion/seal", {"sort": sort})
            assert f'name="sort" value="{sort}"' not in await seen.get("conclusion")


async def test_without_an_initialled_text_there_is_no_package(ready: tuple[Person, Person]) -> None:
    async with pages(ready[0], "head_of_delegation") as seen:
        page = await seen.get("conclusion/package.zip", status=400)
        assert "both sides initialled" in page
        await seen.get("conclusion/nothing", status=404)
