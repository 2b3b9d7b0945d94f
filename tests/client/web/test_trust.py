"""The page of trust, the settings and the map of keys."""

from __future__ import annotations

import dataclasses
import io
import zipfile

from paraph.client.keys.home import Home
from paraph.client.web import choices
from paraph.client.web.keymap import EVERYWHERE, KEYS
from paraph.client.web.presence import PRESENCE
from tests.support.commands import Person
from tests.support.pages import pages
from tests.support.strangers import spoken


async def test_words_are_shown_in_both_languages_and_as_a_code(
    desks: tuple[Person, Person],
) -> None:
    own, theirs = spoken(desks[0]), spoken(desks[1])
    async with pages(desks[0]) as seen:
        page = await seen.get("trust")
        for shown in (page, await seen.get("/trust")):
            for words in (*own.values(), *theirs.values()):
                assert words in shown
        digest = page.split("/trust/code/")[1][:64]
        drawn = await seen.client.get(f"/trust/code/{digest}.svg", headers=seen.own)
        assert drawn.content_type == "image/svg+xml"
        assert b"<svg" in await drawn.read()
        await seen.get(f"/trust/code/{'0' * 64}.svg", status=404)


async def test_words_that_were_heard_are_compared_and_kept(desks: tuple[Person, Person]) -> None:
    theirs = spoken(desks[1])
    async with pages(desks[0]) as seen:
        seen.office.home.change_book(lambda book: dataclasses.replace(book, verified=()))
        assert "Nobody here has compared" in await seen.get("trust")
        wrong = await seen.compare(" ".join(reversed(theirs["en"].split())), status=400)
        assert "somebody may stand between you" in wrong
        assert 'value="Anna"' in wrong
        assert "expected 8 words" in await seen.compare("two words", status=400)
        assert "Please fill this in" in await seen.compare("", status=400)
        assert not seen.office.home.book.verified
        page = await seen.compare(f"  {theirs['ru']} ")
        assert "Nobody here has compared" not in page
        assert "Anna (by words)" in page
        (kept,) = seen.office.home.book.verified
        assert (kept.code, kept.who, kept.how) == ("RUS", "Anna", "words")
        assert "by a scanned code" in await seen.compare(kept.root_set.hex().upper())


async def test_alarms_are_told_in_plain_words_with_what_to_do(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as seen:
        desk = seen.office.desks[0]
        channel = desk.channel.hex()
        assert "No alarm" in await seen.get("trust")
        await seen.get(f"/trust/{channel}/evidence.zip", status=400)
        desk.replica.alarm("double-sequence", 3, "<b>a key</b>")
        desk.replica.alarm("void-expired", 4, "placed")
        desk.replica.home.accuse("two histories", {"one.note": b"1"})
        page = await seen.get("trust")
        assert "was copied, or stolen" in page
        assert "counts for nothing" in page
        assert "&lt;b&gt;a key" in page
        saved = await seen.client.get(f"/trust/{channel}/evidence.zip", headers=seen.own)
        assert saved.headers["Content-Disposition"].startswith("attachment; ")
        assert saved.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        with zipfile.ZipFile(io.BytesIO(await saved.read())) as packed:
            assert packed.read("evidence/one.note") == b"1"


async def test_a_relay_that_was_found_out_is_told_with_evidence_and_record(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as seen:
        folder = seen.office.desks[0].replica.home
        folder.accuse("the relay showed two histories", {"one.note": b"1"})
        await seen.office.lock()
        await seen.post("/unlock", {"passphrase": "correct horse battery staple"})
        for path in ("trust", "/trust"):
            page = await seen.get(path)
            assert "cannot both be true" in page
            assert 'id="two-histories"' in page
            assert f"/trust/{folder.channel.hex()}/evidence.zip" in page
            assert "No alarm" not in page
        for file in ("bundle.zip", "trust.json", "evidence.zip"):
            path = f"/trust/{folder.channel.hex()}/{file}"
            assert (await seen.client.get(path, headers=seen.own)).status == 200


async def test_bundle_and_trust_file_are_handed_out(desks: tuple[Person, Person]) -> None:
    async with pages(desks[0]) as seen:
        channel = seen.office.desks[0].channel.hex()
        saved = await seen.client.get(f"/trust/{channel}/bundle.zip", headers=seen.own)
        with zipfile.ZipFile(io.BytesIO(await saved.read())) as packed:
            assert "MANIFEST" in {name.rsplit("/", 1)[-1] for name in packed.namelist()}
        trust = await seen.client.get(f"/trust/{channel}/trust.json", headers=seen.own)
        assert trust.status == 200
        for path in (f"/trust/{'0' * 64}/bundle.zip", f"/trust/{'0' * 64}/trust.json"):
            await seen.get(path, status=404)


async def test_settings_tell_who_the_desk_is_and_keep_what_was_chosen(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as seen:
        page = await seen.get("/settings")
        for said in ("USA", str(desks[0].home), "locks only when you lock it"):
            assert said in page
        assert "data-theme" not in page
        dark = await seen.post("/theme", {"theme": "dark", "back": "/settings"})
        assert '<html lang="en" data-theme="dark">' in dark
        assert 'data-theme="dark"' in await seen.post("/theme", {"theme": "<b>", "back": "/keys"})
        assert (
            'lang="ru"' in (await seen.post("/language", {"language": "ru", "back": "/keys"}))[:60]
        )


async def test_when_it_locks_is_chosen_at_once_and_for_the_next_start(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as seen:
        made = seen.client.app
        assert made is not None
        assert '<option value="0" selected>' in await seen.get("/settings")
        chosen = await seen.post("/settings/lock-after", {"minutes": "5"})
        assert "nobody did anything for 5 minutes" in chosen
        assert made[PRESENCE].after_s == 300
        assert choices.lock_after(seen.office.home) == 5
        for wrong in ("", "-1", "1441", "5.5", "٥"):
            again = await seen.post("/settings/lock-after", {"minutes": wrong}, status=400)
            assert "Please choose one." in again
        made[PRESENCE].after_s = 60.0  # as a start with an option of its own
        assert "started otherwise" in await seen.get("/settings")
        assert "1 minute<" in await seen.get("/settings")
        await seen.post("/theme", {"theme": "dark", "back": "/settings"})
        assert choices.lock_after(seen.office.home) == 5  # beside the others
    home = seen.office.home
    for damaged in ('{"lock-after-minutes": true}', '{"lock-after-minutes": 9999}', "[]"):
        (home.path / choices.FILE).write_text(damaged)
        assert choices.lock_after(home) == choices.DEFAULT_MINUTES


async def test_the_map_shows_every_key(desks: tuple[Person, Person]) -> None:
    async with pages(desks[0]) as seen:
        page = await seen.get("/keys")
        for key in (*EVERYWHERE, *KEYS):
            for part in key.keys.split(" "):
                assert f"<kbd>{part}</kbd>" in page


async def test_what_was_chosen_is_there_when_the_desk_starts_anew(
    desks: tuple[Person, Person],
) -> None:
    async with pages(desks[0]) as seen:
        await seen.post("/theme", {"theme": "dark", "back": "/keys"})
        await seen.post("/language", {"language": "ru", "back": "/keys"})
    async with pages(desks[0]) as seen:
        assert '<html lang="ru" data-theme="dark">' in await seen.get("/keys")
    file = desks[0].home / choices.FILE
    assert file.stat().st_mode & 0o077 == 0
    for damaged in (
        b"{",
        b"[]",
        b'{"paraph-theme": ["dark"], "paraph-language": "xx"}',
        b"9" * 5000,
    ):
        file.write_bytes(damaged)
        assert choices.kept(Home(desks[0].home)) == {}
