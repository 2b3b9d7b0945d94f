"""New keys of the other side: told, asked about aloud, accepted; until then nobody concludes."""

from __future__ import annotations

import asyncio

from paraph.client.negotiating import concluding, newcomers
from tests.client.web.test_trust import compare, spoken
from tests.support.chancery import write
from tests.support.commands import Person
from tests.support.pages import Pages, pages

COUNTER = """\
kind: counter_draft
operations:
  - {op: replace, cid: distance, en: "Keep [RUS: five] miles.", ru: "Держать [RUS: пять] миль."}
"""


def enrol(rus: Person, role: str) -> Person:
    """Enrol a colleague of the other side, by its registrar where the role may be."""
    (charter,) = rus.home.glob("channels/*/charter")
    made = Person(rus.folder, f"rus-{role}", rus.tools.front)
    paper = rus.path(f"{role}.request")
    made.ok("member", "request", str(charter), "--party", "RUS", "--role", role, "-o", paper,
            "--small")  # fmt: skip
    rus.ok("member", "add", paper)
    return made


def rules(seen: Pages) -> set[str]:
    room = seen.office.rooms()[0]
    head = room.talks.versions.get(room.talks.heads[-1])
    assert head is not None
    return {each.rule for each in concluding.here(room.desk, seen.office.home.book, head)}


async def test_a_new_key_is_told_and_bars_the_conclusion_until_somebody_accepted_it(
    desks: tuple[Person, Person],
) -> None:
    rus = desks[1]
    async with pages(desks[0]) as usa:
        desk, front = usa.office.desks[0], "nobody here has accepted"
        assert newcomers.newcomers(desk, usa.office.home.book) == ()
        assert not (desk.replica.home.path / newcomers.FILE).exists()  # the roots come first
        await compare(usa, spoken(rus)["en"])
        assert front not in await usa.get("")  # what stands in the log at first is known
        await asyncio.to_thread(enrol, rus, "registrar")  # signed by the roots: policy accepts it
        await asyncio.to_thread(rus.ok, "member", "add", "--self", "--role", "registrar")
        await asyncio.to_thread(rus.ok, "sync")
        await usa.sync()
        assert front not in await usa.get("")
        officer = await asyncio.to_thread(enrol, rus, "desk_officer")
        await usa.sync()
        assert [each.role for each in desk.replica.log.trust.members()][-1] == "desk_officer"
        assert front in await usa.get("")
        assert "key-unaccepted" not in rules(usa)  # it has said nothing yet
        (new,) = newcomers.newcomers(desk, usa.office.home.book)
        grant = ("member", "grant", new.member.id.hex())
        await asyncio.to_thread(rus.ok, *grant)
        await asyncio.to_thread(officer.ok, "send", write(officer, "counter.yaml", COUNTER))
        await usa.sync()
        assert "It said 1 thing." in await usa.get("")
        assert "key-unaccepted" in rules(usa)
        (new,) = newcomers.newcomers(desk, usa.office.home.book)
        assert not new.by_roots
        index = desk.replica.size - 1
        assert "under a new key" in await usa.get(f"said/{index}")
        trust = await usa.get("trust")
        assert "New keys of the other side" in trust
        assert "enrolled by their registrar" in trust
        way = f"/trust/{desk.channel.hex()}/accept"
        form = {"accepted_by": "Anna", "back": f"{usa.path}/trust"}
        assert "Please tick the keys" in await usa.post(way, form, status=400)
        foreign = {**form, "key": "00" * 32}
        assert "Please tick the keys" in await usa.post(way, foreign, status=400)
        accepted = await usa.post(way, {**form, "key": new.member.id.hex()})
        assert "New keys of the other side" not in accepted
        assert front not in await usa.get("")
        assert "key-unaccepted" not in rules(usa)
        assert "under a new key" not in await usa.get(f"said/{index}")
        # What is damaged is known of nobody: every key is asked about anew.
        (desk.replica.home.path / newcomers.FILE).write_text("{}")
        assert len(newcomers.newcomers(desk, usa.office.home.book)) >= 1
