"""What leaves is shown to the letter, and leaves by a second act only."""

import asyncio
import html
from pathlib import Path
from typing import Any, cast

import pytest
from aiohttp import FormData, web

from paraph.client.channel.desk import Desk
from paraph.client.negotiating import tabling
from paraph.client.sending.sent import Sent
from paraph.client.web import leaving
from paraph.client.web.acts import ACTS
from paraph.client.web.typed import Typed
from paraph.client.writing import composing
from paraph.client.writing.composing import PLAIN as MANNER
from paraph.protocol.errors import InputError, RefusedError
from paraph.protocol.statements.content import Content, encode_content
from paraph.protocol.statements.exchanges import CommentMade
from tests.client.web.acting import (
    act_of,
    comment,
    desk,
    newest,
    propose,
    shown,
    version,
)
from tests.support.chancery import CLEAR_FIRST, MANDATE, chancery
from tests.support.commands import PASSPHRASE, Person, write
from tests.support.exchange import BASE, PLAIN, TRIPPED
from tests.support.memory_front import MemoryFront
from tests.support.pages import pages


@pytest.fixture
def guarded(party: tuple[Person, Person, MemoryFront]) -> tuple[Person, Person]:
    """Two desks of one party: its mandate wants a release for each version."""
    usa, _, _ = party
    head = chancery(usa)
    head.ok("mandate", "set", write(usa, "mandate.yaml", MANDATE + CLEAR_FIRST))
    return usa, head


async def test_nothing_leaves_before_the_second_act_and_then_exactly_what_was_shown(
    party: tuple[Person, Person, MemoryFront], tmp_path: Path
) -> None:
    usa, rus, front = party
    async with pages(usa) as seen, pages(rus) as theirs:
        (relay,) = front.relays.values()
        before = len(relay.channel.envelopes)
        content = version(seen, tmp_path)
        path = propose(seen, content, exclusive=True)
        page = await seen.get(path)
        assert len(relay.channel.envelopes) == before
        assert desk(seen).outbox.pending() == ()
        plain = html.unescape(page)
        for words in ("<del>three</del>", "<ins>four</ins>", "<ins>четыре</ins>", "distance"):
            assert words in plain, words
        assert "head of delegation" in page  # the role that signs
        assert "only if nobody else said anything meanwhile" in page

        # a control: without the digest of what was shown, or with another, nothing leaves
        await seen.post(f"{path}/send", {}, status=409)
        await seen.post(f"{path}/send", {"shown": "0" * 64}, status=409)
        assert len(relay.channel.envelopes) == before

        after = await seen.post(f"{path}/send", shown(page))
        assert "Sent" in after
        assert len(relay.channel.envelopes) == before + 1
        await desk(theirs).sync()
        assert encode_content(newest(theirs)) == encode_content(content)
        await seen.post(f"{path}/send", shown(page))  # a second click says it once
        assert len(relay.channel.envelopes) == before + 1


async def test_no_page_speaks_past_the_gate(party: tuple[Person, Person, MemoryFront]) -> None:
    async with pages(party[0]) as seen:
        with pytest.raises(RefusedError) as refused:
            await desk(seen).say(comment(seen))
        assert refused.value.code == "unseen"
        assert desk(seen).outbox.pending() == ()


async def test_words_are_shown_inert_and_to_the_letter(
    party: tuple[Person, Person, MemoryFront],
) -> None:
    usa, rus, _ = party
    async with pages(usa) as seen, pages(rus) as theirs:
        hostile = "<script>alert(1)</script> {{ 7*7 }}\n& so on"
        path = propose(seen, comment(seen, hostile))
        page = await seen.get(path)
        assert "<script>alert" not in page
        assert html.escape(hostile, quote=False) in page
        await seen.post(f"{path}/send", shown(page))
        await desk(theirs).sync()
        said = newest(theirs)
        assert isinstance(said, CommentMade)
        assert said.body == hostile


async def test_back_says_nothing_and_what_was_put_away_is_told(
    party: tuple[Person, Person, MemoryFront],
) -> None:
    usa, _, front = party
    async with pages(usa) as seen:
        (relay,) = front.relays.values()
        before = len(relay.channel.envelopes)
        path = propose(seen, comment(seen))
        page = await seen.get(path)
        await seen.post(f"{path}/drop", {})
        assert "Nothing was sent." in await seen.get(path, status=400)
        await seen.post(f"{path}/send", shown(page), status=400)
        assert len(relay.channel.envelopes) == before


async def test_what_is_being_sent_is_not_put_away(
    party: tuple[Person, Person, MemoryFront], monkeypatch: pytest.MonkeyPatch
) -> None:
    usa, _, _ = party
    async with pages(usa) as seen:
        path = propose(seen, comment(seen), origin=Typed("0" * 16, f"{seen.path}/comments/new", ()))
        page = await seen.get(path)
        began, goes_on = asyncio.Event(), asyncio.Event()
        say = Desk.say

        async def slowly(at: Desk, content: Content, *, exclusive: bool, precedence: str) -> Sent:
            began.set()
            await goes_on.wait()
            return await say(at, content, exclusive=exclusive, precedence=precedence)

        monkeypatch.setattr(Desk, "say", slowly)
        sending = asyncio.create_task(seen.post(f"{path}/send", shown(page)))
        await began.wait()
        try:
            told = await seen.post(f"{path}/drop", {"typed": "0" * 16})
        finally:
            goes_on.set()
        assert "It is being sent just now." in told
        assert "Back" not in told
        assert "Sent" in await sending
        assert "Sent" in await seen.post(f"{path}/drop", {})


async def test_what_was_put_away_while_others_spoke_is_not_sent(
    party: tuple[Person, Person, MemoryFront],
) -> None:
    usa, _, front = party
    async with pages(usa) as seen:
        (relay,) = front.relays.values()
        before = len(relay.channel.envelopes)
        path = propose(seen, comment(seen))
        act, page = act_of(seen, path), await seen.get(path)
        async with seen.office.speaking():
            waits = asyncio.create_task(leaving.send(seen.office, act, shown(page)["shown"]))
            await asyncio.sleep(0)  # it waits for its turn now
            await seen.post(f"{path}/drop", {})
        with pytest.raises(InputError, match="put away"):
            await waits
        assert len(relay.channel.envelopes) == before


async def test_an_act_outlives_the_lock(party: tuple[Person, Person, MemoryFront]) -> None:
    usa, _, _ = party
    async with pages(usa) as seen:
        path = propose(seen, comment(seen))
        await seen.office.lock()
        assert "Passphrase" in await seen.get(path)
        await seen.office.unlock(PASSPHRASE.encode())
        page = await seen.get(path)
        assert "Почему?" in page
        assert "Sent" in await seen.post(f"{path}/send", shown(page))


async def test_without_the_relay_it_waits_in_the_outbox_and_leaves_once(
    party: tuple[Person, Person, MemoryFront],
) -> None:
    usa, rus, front = party
    async with pages(usa) as seen, pages(rus) as theirs:
        path = propose(seen, comment(seen))
        page = await seen.get(path)
        front.down = True
        desk(seen)._relay = None  # noqa: SLF001 - the session is gone with the relay
        told = await seen.post(f"{path}/send", shown(page))
        assert "In the outbox" in told
        assert "will be sent when the relay is back" in told
        front.down = False
        await desk(seen).sync()
        assert "entry" in await seen.get(path)
        await desk(theirs).sync()
        assert encode_content(newest(theirs)) == encode_content(act_of(seen, path).last[-1])


async def test_what_lacks_a_release_is_asked_for_and_leaves_as_it_was_cleared(
    guarded: tuple[Person, Person], party: tuple[Person, Person, MemoryFront], tmp_path: Path
) -> None:
    usa, head = guarded
    rus, front = party[1:]
    relays = tuple(front.relays.values())
    async with pages(usa) as seen, pages(head) as above, pages(rus) as theirs:
        path = propose(seen, version(seen, tmp_path))
        page = await seen.get(path)
        assert "Somebody else of our side must release it first" in page
        assert "Sign and send" not in page
        before = len(relays[0].channel.envelopes)
        assert "needs a release" in await seen.post(f"{path}/send", shown(page), status=409)
        assert len(relays[0].channel.envelopes) == before  # a control: it bars

        asked = await seen.post(f"{path}/ask", {})
        assert "Clearance was asked for" in asked
        assert "Waits for: release (another than who asked) <a" in asked
        assert "byte for byte" not in asked  # nobody has let it go
        assert "asked for these words" in await seen.post(f"{path}/ask", {}, status=409)
        assert len(relays[0].channel.envelopes) == before
        chancery_ = above.office.chancery
        assert chancery_ is not None
        await chancery_.sync()
        register = await above.get("/inside/clearances")
        assert "counter-draft: 1 operation on" in register
        assert "another than who asked" in register
        # Whoever releases it reads it in a language of their own, whoever asked.
        await above.post("/language", {"language": "ru", "back": "/"})
        assert "контрпроект: 1 операция над" in await above.get("/inside/clearances")
        await above.post("/language", {"language": "en", "back": "/"})
        shown_ = await above.get("/inside/clearances/1")
        assert "Keep [USA: four] miles." in shown_
        assert "<ins>four</ins>" in await seen.get("inside/clearances/1")
        refused = await above.post(
            "/inside/clearances/1", {"step": "refused", "note": ""}, status=400
        )
        assert "Please fill this in." in refused
        released = await above.post(
            "/inside/clearances/1", {"step": "released", "note": "by telephone"}
        )
        assert "by telephone" in released
        inner = seen.office.chancery
        assert inner is not None
        await inner.sync()
        page = await seen.get(path)
        assert "by clearance 1" in page
        assert "Sent" in await seen.post(f"{path}/send", shown(page))
        await desk(theirs).sync()
        said = encode_content(newest(theirs))
        (clearance,) = (each for _, each in inner.state.clearances.items())
        assert clearance.content.parts == (said,)
        for word in (b"Quarterdeck", b"Canary", b"clear", b"target_information"):
            assert word not in said


async def test_trip_words_stand_in_internal_dress_and_an_authority_is_noted_inside(
    party: tuple[Person, Person, MemoryFront], tmp_path: Path
) -> None:
    usa, rus, _ = party
    usa.ok("mandate", "set", write(usa, "mandate.yaml", MANDATE), "--here")
    async with pages(usa) as seen, pages(rus) as theirs:
        path = propose(seen, version(seen, tmp_path, TRIPPED))
        page = await seen.get(path)
        inside = page[page.index('class="inside"') :]
        assert "joint operations" in inside
        assert "Internal" in inside
        await seen.post(f"{path}/send", shown(page), status=409)
        long = {**shown(page), "who": "w" * 2_001}
        told = await seen.post(f"{path}/send", long, status=400)
        assert 'id="who-fault" role="alert">This is too long: 2001 characters' in told
        assert long["who"] in told
        other = {"shown": "0" * 64, "who": "Typed name"}
        assert 'value="Typed name"' in await seen.post(f"{path}/send", other, status=409)
        sent = await seen.post(
            f"{path}/send", {**shown(page), "who": "Deputy Minister Canary, by telephone"}
        )
        assert "Sent" in sent
        assert "Canary" in (usa.home / "authority.log").read_text()
        await desk(theirs).sync()
        assert b"Canary" not in encode_content(newest(theirs))


async def test_what_the_rules_refuse_is_told_at_the_form_and_not_kept(
    party: tuple[Person, Person, MemoryFront],
) -> None:
    async with pages(party[0]) as seen:
        content = composing.commented(desk(seen).header(bytes(16)), "Nowhere.", kind="question")
        with pytest.raises(InputError):
            propose(seen, content)
        assert cast("web.Application", seen.client.app)[ACTS].open() == ()


async def test_an_opening_and_its_text_are_shown_together_and_each_is_said_once(
    party: tuple[Person, Person, MemoryFront], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usa, rus, _ = party
    file = tmp_path / "second.yaml"
    file.write_text(BASE)
    async with pages(usa) as seen, pages(rus) as theirs:
        at = desk(seen)
        contents = tabling.compose(at, tabling.read(file), None, manner=MANNER, anew=True)
        path = propose(seen, *contents, exclusive=True)
        page = await seen.get(path)
        assert page.count('class="outgoing"') == 2
        assert "Keep [USA: three] miles." in page

        said: list[Content] = []
        say = at.say

        async def halfway(content: Content, **how: Any) -> object:  # noqa: ANN401 - as say
            if said:
                raise RefusedError("somebody was first", code="exclusive")
            said.append(content)
            return await say(content, **how)

        monkeypatch.setattr(at, "say", halfway)
        told = await seen.post(f"{path}/send", shown(page), status=409)
        assert "Somebody was first" in told
        assert told.count('class="outgoing"') == 1  # what was said is not said again
        monkeypatch.setattr(at, "say", say)
        assert "Sent" in await seen.post(f"{path}/send", shown(told))
        await desk(theirs).sync()
        assert len(theirs.office.rooms()) == 2
        assert encode_content(newest(theirs)) == encode_content(contents[-1])


async def test_a_file_is_sealed_for_it_shown_with_it_and_its_plain_bytes_stay_nowhere(
    party: tuple[Person, Person, MemoryFront],
) -> None:
    usa, rus, _ = party
    async with pages(usa) as seen, pages(rus) as theirs:
        path = propose(seen, comment(seen))
        plain = b"Canary map\n" * 999
        for name in ("../../map.txt", "second.txt"):
            form = FormData(quote_fields=False)
            form.add_field("file", plain, filename=name, content_type="text/plain")
            await seen.post(f"{path}/attach", cast("Any", form))
        page = await seen.get(path)
        assert "map.txt" in page
        assert "second.txt" in page
        await seen.post(f"{path}/detach", {})
        assert "second.txt" not in await seen.get(path)
        form = FormData(quote_fields=False)
        form.add_field("file", plain, filename="../../map.txt", content_type="text/plain")
        await seen.post(f"{path}/attach", cast("Any", form))
        assert not [each for each in usa.home.rglob("*") if each.is_file() and _holds(each, plain)]
        assert "Sent" in await seen.post(f"{path}/send", shown(await seen.get(path)))
        await desk(theirs).sync()
        (key,) = newest(theirs).header.attachments
        assert (key.name, key.size) == ("map.txt", len(plain))


def _holds(file: Path, plain: bytes) -> bool:
    return plain[:64] in file.read_bytes()


async def test_no_file_is_a_mistake_told_on_the_page(
    party: tuple[Person, Person, MemoryFront],
) -> None:
    async with pages(party[0]) as seen:
        path = propose(seen, comment(seen))
        form = FormData(quote_fields=False)
        form.add_field("file", b"", filename="", content_type="application/octet-stream")
        assert "Expected a file" in await seen.post(f"{path}/attach", cast("Any", form), status=409)


async def test_what_is_odd_is_looked_at_first_and_forbids_nothing(
    party: tuple[Person, Person, MemoryFront], tmp_path: Path
) -> None:
    async with pages(party[0]) as seen:
        text = PLAIN.replace("[USA: четыре]", "четыре")
        path = propose(seen, version(seen, tmp_path, text))
        page = await seen.get(path)
        assert "Look at this first" in page
        assert "Brackets, holders or nesting differ between the languages" in page
        assert "Sent" in await seen.post(f"{path}/send", shown(page))


async def test_what_was_looked_over_is_found_again_on_every_page(
    party: tuple[Person, Person, MemoryFront],
) -> None:
    async with pages(party[0]) as seen:
        assert "looked over and is not sent" not in await seen.get("")
        path = propose(seen, comment(seen))
        assert "1 thing was looked over and is not sent" in await seen.get("")
        assert path in await seen.get("/leaving")
        assert "anchor" in await seen.get(f"{path}/fields")
        await seen.post(f"{path}/drop", {})
        assert "Nothing waits." in await seen.get("/leaving")


async def test_a_long_text_is_read_leaf_by_leaf_and_signed_on_the_last(
    party: tuple[Person, Person, MemoryFront], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("paraph.client.web.pages.leaving.PER_LEAF", 1)
    file = tmp_path / "second.yaml"
    file.write_text(BASE)
    async with pages(party[0]) as seen:
        contents = tabling.compose(desk(seen), tabling.read(file), None, manner=MANNER, anew=True)
        path = propose(seen, *contents)
        first = await seen.get(path)
        assert "Leaf 1 of 2" in first
        assert "Keep [USA: three] miles." not in first.partition("Every field")[0]
        assert "Sign and send" not in first
        last = await seen.get(f"{path}?leaf=2")
        assert "Keep [USA: three] miles." in last
        assert "Sign and send" in last
        for odd in ("0", "3", "x", "99999999"):
            assert "Leaf 1 of 2" in await seen.get(f"{path}?leaf={odd}")
        assert "Sent" in await seen.post(f"{path}/send", shown(last))
