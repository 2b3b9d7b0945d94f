"""Somebody was first: nothing is lost or noted, and what came is read before one goes on."""

from pathlib import Path

from tests.client.web.acting import THEIRS, comment, desk, leave, propose, read_to, shown, version
from tests.support.chancery import MANDATE
from tests.support.commands import Person, write
from tests.support.exchange import TRIPPED
from tests.support.memory_front import MemoryFront
from tests.support.pages import pages


async def test_somebody_was_first_and_nothing_is_lost(
    party: tuple[Person, Person, MemoryFront], tmp_path: Path
) -> None:
    usa, rus, _ = party
    async with pages(usa) as seen, pages(rus) as theirs:
        path = propose(seen, version(seen, tmp_path), exclusive=True, origin=3)
        page = await seen.get(path)
        await leave(theirs, version(theirs, tmp_path, THEIRS))
        told = await seen.post(f"{path}/send", shown(page), status=409)
        assert "Somebody was first" in told
        assert f'name="back" value="{path}/send"' in told  # in another language it is shown again
        assert "Somebody was first" in await seen.get(f"{path}/send")
        assert "kept as draft 3" in told
        assert "RUS" in told
        assert "<ins>four</ins>" in told  # the words are still there
        assert "Sign and send" not in told
        assert desk(seen).outbox.pending() == ()
        (talks,) = (each for _, each in desk(seen).state.negotiations.items())
        assert talks.versions_counted == 2  # what was refused left no trace in what is shown


async def test_what_somebody_said_meanwhile_is_read_before_it_is_sent_all_the_same(
    party: tuple[Person, Person, MemoryFront], tmp_path: Path
) -> None:
    usa, rus, _ = party
    async with pages(usa) as seen, pages(rus) as theirs:
        path = propose(seen, version(seen, tmp_path), exclusive=True)
        page = await seen.get(path)
        await leave(theirs, comment(theirs, "One moment."))
        told = await seen.post(f"{path}/send", shown(page), status=409)
        assert "This came meanwhile" in told
        assert "One moment." in told
        assert "I have read what came" in told
        # a control: unread, it stays
        again = await seen.post(f"{path}/send", shown(told), status=409)
        assert "This came meanwhile" in again
        sent = await seen.post(f"{path}/send", {**shown(told), **read_to(told), "anyway": "1"})
        assert "Sent" in sent


async def test_no_authority_is_noted_for_what_is_not_sent(
    party: tuple[Person, Person, MemoryFront], tmp_path: Path
) -> None:
    usa, rus, _ = party
    usa.ok("mandate", "set", write(usa, "mandate.yaml", MANDATE), "--here")
    async with pages(usa) as seen, pages(rus) as theirs:
        path = propose(seen, version(seen, tmp_path, TRIPPED), exclusive=True)
        form = {**shown(await seen.get(path)), "who": "Deputy Minister, by telephone"}
        await leave(theirs, comment(theirs, "One moment."))
        await desk(seen).sync()
        told = await seen.post(f"{path}/send", form, status=409)
        assert "This came meanwhile" in told
        assert 'value="Deputy Minister, by telephone"' in told
        assert not (usa.home / "authority.log").exists()
        again = {**form, **shown(told), **read_to(told), "anyway": "1"}
        assert "Sent" in await seen.post(f"{path}/send", again)
        assert (usa.home / "authority.log").read_text().count("Deputy Minister") == 1


async def test_a_second_line_that_needs_an_authority_is_sent_with_it(
    party: tuple[Person, Person, MemoryFront], tmp_path: Path
) -> None:
    usa, rus, _ = party
    usa.ok("mandate", "set", write(usa, "mandate.yaml", MANDATE), "--here")
    async with pages(usa) as seen, pages(rus) as theirs:
        path = propose(seen, version(seen, tmp_path, TRIPPED))
        await leave(theirs, version(theirs, tmp_path, THEIRS))
        await desk(seen).sync()
        page = await seen.get(path)
        assert 'name="who"' in page
        form = {**shown(page), **read_to(page), "beside": "1"}
        told = await seen.post(f"{path}/send", form, status=409)
        assert 'name="beside" value="1" required checked' in told
        assert 'name="who"' in told
        assert "Sent" in await seen.post(f"{path}/send", {**form, "who": "By telephone"})


async def test_the_relay_refuses_what_this_desk_could_not_know_of_and_it_is_told_alike(
    party: tuple[Person, Person, MemoryFront], tmp_path: Path
) -> None:
    usa, rus, _ = party
    async with pages(usa) as seen, pages(rus) as theirs:
        await seen.office.following(desk(seen)).stop()  # nothing is heard until it asks
        path = propose(seen, version(seen, tmp_path), exclusive=True)
        page = await seen.get(path)
        await leave(theirs, comment(theirs, "One moment."))
        told = await seen.post(f"{path}/send", shown(page), status=409)
        assert "Somebody was first" in told
        await desk(seen).sync()
        told = await seen.get(path)
        assert "One moment." in told
        (talks,) = (each for _, each in desk(seen).state.negotiations.items())
        assert talks.versions_counted == 1
        sent = await seen.post(f"{path}/send", {**shown(told), **read_to(told), "anyway": "1"})
        assert "Sent" in sent
