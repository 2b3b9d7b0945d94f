"""Any statement on a page of its own: acknowledged there, its files saved; the log; copies."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

from tests.support.commands import Person
from tests.support.pages import Pages, pages


def _index(desk: Pages) -> int:
    talks = desk.office.rooms()[0].talks
    version = talks.versions.get(talks.heads[0])
    assert version is not None
    return version.index


async def test_any_statement_of_the_other_side_is_acknowledged_on_its_page(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as usa, pages(desks[1]) as rus:
        path = f"said/{_index(rus)}"
        assert 'name="rung" value="understood"' in await rus.get(path)
        seen = await rus.post(path, {"rung": "in_charge"})
        assert "in charge" in seen
        assert '<button name="rung" value="displayed"' not in seen
        refusing = {"rung": "displayed", "not_taken": "1", "reason": ""}
        assert "Please fill this in." in await rus.post(path, refusing, status=400)
        await rus.say(path, {**refusing, "reason": "No Russian text."})
        await usa.sync()
        seen = await usa.get(path)
        assert "in charge" in seen
        assert "No Russian text." in seen
        assert 'name="rung"' not in seen  # our own
        await usa.post(path, {"rung": "in_charge"}, status=404)


async def test_files_of_any_statement_are_saved_from_its_page(
    desks: tuple[Person, Person], tmp_path: Path
) -> None:
    file = tmp_path / "map.txt"
    file.write_text("A map.")
    said = ("comment", "See the map.", "--attach", str(file), "--yes")
    await asyncio.to_thread(desks[0].ok, *said)
    async with pages(desks[1]) as rus:
        talks = rus.office.rooms()[0].talks
        (comment,) = (each for _, each in talks.comments.items())
        (way,) = re.findall(r'href="([^"]+/files/1)"', await rus.get(f"said/{comment.index}"))
        saved = await rus.client.get(way, headers=rus.own)
        assert await saved.text() == "A map."


async def test_the_log_is_read_entry_by_entry(desks: tuple[Person, Person]) -> None:
    async with pages(desks[0]) as usa:
        size = usa.office.desks[0].replica.size
        seen = await usa.get("log")
        assert f"Entries 0 to {size - 1} of {size}" in seen
        assert seen.index(f'id="entry-{size - 1}"') < seen.index('id="entry-0"')
        assert f'href="{usa.path}/said/{_index(usa)}"' in seen
        part = await usa.get("log?to=2")
        assert "Newer" in part
        assert 'id="entry-2"' not in part
        for odd in ("-1", "99999999999", "x", "0"):
            await usa.get(f"log?to={odd}")
        assert f'href="{usa.path}/log"' in await usa.get("trust")


async def test_a_version_is_saved_in_every_format(desks: tuple[Person, Person]) -> None:
    async with pages(desks[0]) as usa:
        assert f'href="{usa.path}/text/save/text?v={_index(usa)}"' in await usa.get("text")

        async def saved(form: str) -> str:
            answer = await usa.client.get(f"{usa.path}/text/save/{form}", headers=usa.own)
            assert answer.status == 200
            disposition = answer.headers["Content-Disposition"]
            assert disposition.startswith('attachment; filename="v1')
            return await answer.text()

        assert "Keep [USA: three] miles." in await saved("text")
        assert "Держать" in await saved("markdown")
        assert "Держать" not in await saved("markdown?lang=en")
        assert json.loads(await saved("json"))
        assert "<akomaNtoso" in await saved("akn")
        await usa.get("text/save/docx", status=404)


async def test_an_event_is_noted(desks: tuple[Person, Person]) -> None:
    async with pages(desks[0]) as usa:
        form = {"event": "implementation_test", "happened": "soon", "event_note": "Three minutes."}
        again = await usa.post("conclusion/event", form, status=400)
        assert "date and time" in again
        await usa.say("conclusion/event", {**form, "happened": "2015-11-03T10:00Z"})
        assert "test of the implementation" in (seen := await usa.get("conclusion"))
        assert "Three minutes." in seen
