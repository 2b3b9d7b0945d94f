"""The register of dispatches: written, received, acknowledged, answered; files taken away."""

from __future__ import annotations

import asyncio
import html
import re
from pathlib import Path

import pytest

from paraph.client.negotiating import dispatches
from paraph.client.web.acts import ACTS
from tests.support.commands import Person
from tests.support.desks import heartbeats
from tests.support.pages import Pages, pages, sync


async def write(seen: Pages, **form: str) -> None:
    """Write a dispatch, look it over, and let it go."""
    await seen.say("dispatches/new", form)


async def test_a_dispatch_goes_over_is_taken_in_charge_and_answered(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as usa, pages(desks[1]) as rus:
        form = await usa.get("dispatches/new")
        (version,) = re.findall(r'name="carry" value="([0-9a-f]{64})"', form)
        assert re.search(r'value="[0-9a-f]{64}">[^\n]*draft, tabled[^\n]*clause', form)
        await write(
            usa, kind="letter", body="Our draft <b>as</b> announced", carry=version,
            names="A map in the bag", without_prejudice="1", reply_by="2030-01-01T00:00Z",
        )  # fmt: skip
        own = await usa.get("dispatches")
        for said in ("USA-1", "letter", "v1", "A map in the bag", "answer asked for by"):
            assert said in own
        assert f'value="{version}"' not in await usa.get("dispatches/new")
        await sync(rus)
        theirs = await rus.get("dispatches/USA-1")
        assert "Our draft &lt;b&gt;as&lt;/b&gt; announced" in theirs
        assert "without prejudice" in theirs
        size = rus.office.desks[0].replica.size
        assert "not acknowledged by us yet" in await rus.get("dispatches")
        assert rus.office.desks[0].replica.size == size  # opening it has told nobody
        # Whose machine opens it is said at each desk: theirs here is ours there.
        assert "opened by our machine" in theirs
        assert "their machine" not in theirs
        sent = await usa.get("dispatches/USA-1")
        assert "opened by their machine" in sent
        assert "our machine" not in sent
        await rus.post("dispatches/USA-1", {"rung": "in_charge"})
        assert '<button name="rung" value="displayed"' not in (
            left := await rus.get("dispatches/USA-1")
        )
        assert 'name="rung" value="understood"' in left
        await rus.post("dispatches/USA-1", {"rung": "fetched"}, status=400)
        await sync(usa)
        assert "in charge" in await usa.get("dispatches")
        answering = await rus.get("dispatches/new?reply=USA-1")
        assert '<option value="USA-1" selected>' in answering
        await write(rus, kind="transmittal", body="Received", reply="USA-1")
        await sync(usa)
        register = await usa.get("dispatches")
        assert "RUS-1" in register
        assert "answered by" in register
        assert "Gap in the numbers" not in register


async def test_a_refusal_to_take_it_leaves_only_after_a_look(desks: tuple[Person, Person]) -> None:
    async with pages(desks[0]) as usa, pages(desks[1]) as rus:
        await write(usa, kind="letter", body="Our draft")
        await sync(rus)
        refusing = {"rung": "displayed", "not_taken": "1"}
        assert "Please fill this in" in await rus.post("dispatches/USA-1", refusing, status=400)
        shown = await rus.post("dispatches/USA-1", {**refusing, "reason": "No Russian text"})
        assert "No Russian text" in shown
        (act,) = rus.client.app[ACTS].open()
        assert act.typed is not None
        back = await rus.post(f"/leaving/{act.id}/drop", {"typed": act.typed.id})
        assert "No Russian text" in back
        await sync(usa)
        assert "No Russian text" not in await usa.get("dispatches/USA-1")


async def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as seen:
        bad: dict[str, str] = {
            "kind": "decree", "names": "x" * 65, "reply_by": "soon", "reply": "RUS-9",
            "body": "Words that stay",
        }  # fmt: skip
        page = await seen.post("dispatches/new", bad, status=400)
        for said in ("Please choose one", "At most 64", "Words that stay"):
            assert said in html.unescape(page)
        soon = {"kind": "letter", "body": "Words", "reply_by": "soon"}
        assert "date and time" in await seen.post("dispatches/new", soon, status=400)
        empty = await seen.post("dispatches/new", {"kind": "letter"}, status=400)
        assert "write covering words, or enclose something" in empty
        unknown = {"kind": "letter", "body": "Words", "reply": "RUS-9"}
        assert "there is no dispatch RUS-9" in await seen.post(
            "dispatches/new", unknown, status=409
        )
        await seen.get("dispatches/RUS-9", status=400)
        await seen.get("dispatches/nothing", status=404)


async def test_an_attachment_is_saved_under_a_harmless_name(
    desks: tuple[Person, Person], tmp_path: Path
) -> None:
    usa = desks[0]
    file = tmp_path / "map.html"
    file.write_bytes(b"<script>alert(1)</script>")
    await asyncio.to_thread(usa.ok, "dispatch", "--body", "A map", "--attach", str(file), "--yes")
    async with pages(desks[1]) as seen:
        page = await seen.get("dispatches/USA-1")
        (path,) = re.findall(r'href="([^"]+/files/1)"', page)
        saved = await seen.client.get(path, headers=seen.own)
        assert await saved.read() == b"<script>alert(1)</script>"
        assert saved.content_type == "application/octet-stream"
        assert saved.headers["Content-Disposition"].startswith('attachment; filename="map.html"')
        assert saved.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert saved.headers["X-Content-Type-Options"] == "nosniff"
        head = await seen.client.head(path, headers=seen.own)
        assert (head.content_length, await head.read()) == (25, b"")
        await seen.get(path.removesuffix("1") + "2", status=400)
        await seen.get(f"{seen.path}/said/99999/files/1", status=404)
        passing = seen.office.home.path / "passing"
        assert list(passing.iterdir()) == []
        (passing / "killed").mkdir()
        (passing / "killed" / "map.html").write_text("plain")
    async with pages(desks[1]):
        assert not passing.exists()


async def test_every_receipt_of_a_dispatch_is_shown_with_its_entry(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as usa, pages(desks[1]) as rus:
        await write(usa, kind="letter", body="Our draft")
        await sync(rus)
        for rung in ("displayed", "understood"):
            await rus.post("dispatches/USA-1", {"rung": rung})
        await sync(usa)
        row = dispatches.one((room := usa.office.rooms()[0]).desk, room.state, room.talks, "USA-1")
        assert [(each.party, each.step) for each in row.receipts] == [
            ("RUS", "displayed"), ("RUS", "understood"),
        ]  # fmt: skip
        assert not any(each.is_automatic for each in row.receipts)
        for path in ("dispatches", "dispatches/USA-1", f"said/{row.dispatch.index}"):
            seen = await usa.get(path)
            for each in row.receipts:
                assert f'href="{usa.path}/said/{each.index}">#{each.index}</a>' in seen
        one = await usa.get("dispatches/USA-1")
        assert "passed with the next" in one  # it is in charge, and nobody said so apart
        assert "displayed" in await usa.get(f"said/{row.dispatch.index}")


@pytest.fixture
def held(desks: tuple[Person, Person]) -> tuple[Person, Person]:
    usa, rus = desks
    usa.ok("dispatch", "--body", "Our draft", "--yes")
    rus.ok("sync")
    heartbeats(rus, usa, rus)
    return usa, rus


async def test_what_a_machine_holds_is_a_receipt_with_its_time(
    held: tuple[Person, Person],
) -> None:
    async with pages(held[0]) as usa:
        room = usa.office.rooms()[0]
        row = dispatches.one(room.desk, room.state, room.talks, "USA-1")
        (receipt,) = row.receipts
        assert (receipt.party, receipt.step, receipt.is_automatic) == ("RUS", "held", True)
        assert receipt.at > 0
        # Of the heartbeats that say so it is the first.
        assert receipt.index == row.dispatch.index + 1
        for path in ("dispatches", "dispatches/USA-1", f"said/{row.dispatch.index}"):
            assert f'href="{usa.path}/said/{receipt.index}"' in await usa.get(path)
        assert "by a machine" in await usa.get(f"said/{row.dispatch.index}")
