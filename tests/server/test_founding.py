"""Admission by code, founding by whoever holds the bytes, sessions by challenge (SPEC 8.1, 8.2)."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from paraph.protocol.checkpoint import LogSecret, verify_checkpoint
from paraph.protocol.errors import ForgedError, MalformedError, RefusedError
from paraph.protocol.keys import SecretKey
from paraph.protocol.names import Context
from paraph.protocol.wire import Founding, SessionRequest, admission_message
from paraph.protocol.words import root_digest
from paraph.server.ports import Channel as ChannelPort
from paraph.server.ports import Service
from paraph.server.service import ADMISSIONS, RelayService
from tests.support.channel import HOST, Channel, found_with, make_channel
from tests.support.clock import FakeClock
from tests.support.parties import make_party
from tests.support.relay import admit, at, make_relay, place_all, relay_with


@pytest.fixture
def channel() -> Channel:
    return make_channel(roles=("desk_officer", "bot"))


@pytest.fixture
async def service(
    channel: Channel, clock: FakeClock, tmp_path: Path
) -> AsyncIterator[RelayService]:
    made = make_relay(channel, tmp_path, clock=clock)
    await made.start()
    yield made
    await made.drain()


async def test_the_service_fits_what_the_web_side_asks_for(
    service: RelayService, channel: Channel
) -> None:
    port: Service = service
    await admit(service, channel)
    await port.found(channel.founding_message())
    own: ChannelPort = at(service, channel, channel.parties[0].carrier)
    assert own.channel == channel.id


# admission


async def test_a_code_admits_once_and_again_the_same_roots(
    service: RelayService, channel: Channel
) -> None:
    code = await service.mint_code("RUS")
    party = channel.party("RUS")
    await service.admit(party.admission(code))
    await service.admit(party.admission(code))
    with pytest.raises(RefusedError) as caught:
        await service.admit(channel.party("USA").admission(code))
    assert caught.value.code == "code"
    assert (await service.status())["root_sets"] == 1


async def test_codes_are_long_and_kept_by_digest_only(
    service: RelayService, tmp_path: Path
) -> None:
    codes = {await service.mint_code("x") for _ in range(3)}
    assert len(codes) == 3
    assert all(len(code.replace("-", "")) == 24 for code in codes)
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert not any(code.encode() in stored for code in codes)


async def test_an_unknown_code_and_a_spent_one_have_the_same_answer(
    service: RelayService, channel: Channel
) -> None:
    code = await service.mint_code("RUS")
    await service.admit(channel.party("RUS").admission(code))
    answers = set()
    for tried in (code, "AAAA-BBBB"):
        with pytest.raises(RefusedError) as caught:
            await service.admit(channel.party("USA").admission(tried))
        answers.add((caught.value.code, str(caught.value), caught.value.hint))
    assert len(answers) == 1


async def test_an_admission_that_no_root_signed_spends_no_code(
    service: RelayService, channel: Channel
) -> None:
    code = await service.mint_code("RUS")
    party = channel.party("RUS")
    good = party.admission(code)
    stranger = SecretKey.generate()
    message = admission_message(code, root_digest(party.code, 1, [party.roots[0].public.id]))
    for bad in (
        dataclasses.replace(good, signature=stranger.sign(Context.POSSESSION, message)),
        dataclasses.replace(good, signature=party.roots[0].sign(Context.SESSION, message)),
        dataclasses.replace(good, party="USA"),
    ):
        with pytest.raises(ForgedError):
            await service.admit(bad)
    for threshold in (0, 2):
        with pytest.raises(MalformedError):
            await service.admit(dataclasses.replace(good, threshold=threshold))
    await service.admit(good)


# founding


async def test_founding_needs_both_root_sets_admitted(
    service: RelayService, channel: Channel
) -> None:
    message = channel.founding_message()
    for party in channel.parties:
        with pytest.raises(RefusedError) as caught:
            await service.found(message)
        assert caught.value.code == "not-admitted"
        await service.admit(party.admission(await service.mint_code(party.code)))
    founded = await service.found(message)
    assert founded.envelopes == channel.founding
    assert verify_checkpoint(founded.note, channel.log_keys).size == 3


async def test_another_threshold_is_another_root_set(tmp_path: Path) -> None:
    parties = [make_party("RUS", roots=2, threshold=2), make_party("USA")]
    channel = make_channel(parties=parties, roles=())
    service = make_relay(channel, tmp_path)
    await service.start()
    await admit(service, channel)
    await service.found(channel.founding_message())
    weaker = dataclasses.replace(channel.parties[0], threshold=1)
    await service.admit(weaker.admission(await service.mint_code("RUS")))
    assert (await service.status())["root_sets"] == 3
    await service.drain()


async def test_a_second_founding_gets_the_placed_entries(
    service: RelayService, channel: Channel
) -> None:
    await admit(service, channel)
    first = await service.found(channel.founding_message())
    await place_all(service, channel)
    by_another = found_with(
        channel.charter, list(channel.parties), author=channel.parties[0].roots[0]
    )
    for envelopes in (channel.founding, _signed_again(channel), by_another):
        again = await service.found(Founding(envelopes=envelopes))
        assert again.envelopes == first.envelopes
        assert verify_checkpoint(again.note, channel.log_keys).size == channel.log.size
    assert (await at(service, channel, channel.parties[0].carrier).conflicts(0)).pairs == ()


def _signed_again(channel: Channel) -> tuple[bytes, ...]:
    # The founding entries again, under other signature bytes.
    return found_with(channel.charter, list(channel.parties))


async def test_two_foundings_at_once_found_one_channel(
    service: RelayService, channel: Channel
) -> None:
    await admit(service, channel)
    answers = await asyncio.gather(
        service.found(channel.founding_message()),
        service.found(Founding(envelopes=_signed_again(channel))),
    )
    assert answers[0].envelopes == answers[1].envelopes
    assert (await service.status())["channels"] == 1


async def test_a_charter_for_another_relay_is_refused(
    service: RelayService, channel: Channel
) -> None:
    other_keys = make_channel(parties=channel.parties, roles=(), log_secret=LogSecret.generate())
    other_prefix = make_channel(
        parties=channel.parties,
        roles=(),
        log_secret=channel.log_secret,
        origin_prefix="elsewhere.example/log",
    )
    await admit(service, channel)
    for wrong, code in ((other_keys, "log-keys"), (other_prefix, "origin")):
        with pytest.raises(RefusedError) as caught:
            await service.found(wrong.founding_message())
        assert caught.value.code == code


async def test_founding_entries_with_a_fault_are_refused(
    service: RelayService, channel: Channel
) -> None:
    await admit(service, channel)
    charter, first, second = channel.founding
    for envelopes in (
        (charter, second, first),
        (charter, first),
        (first, second, charter),
        (charter, first, second[:-1] + bytes([second[-1] ^ 1])),
    ):
        with pytest.raises((ForgedError, MalformedError)):
            await service.found(Founding(envelopes=envelopes))
    assert (await service.status())["channels"] == 0


async def test_a_root_set_is_held_to_a_rate(
    service: RelayService, channel: Channel, clock: FakeClock
) -> None:
    good = channel.party("RUS").admission(await service.mint_code("RUS"))
    bad = dataclasses.replace(good, signature=bytes(3373))
    for _ in range(ADMISSIONS.burst):
        with pytest.raises(ForgedError):
            await service.admit(bad)
    with pytest.raises(RefusedError) as caught:
        await service.admit(good)
    assert (caught.value.code, caught.value.retry_after_s) == ("quota", 1)
    clock.advance(1)
    await service.admit(good)


async def test_a_root_set_that_is_admitted_spends_no_other_code(
    service: RelayService, channel: Channel
) -> None:
    rus, usa = channel.party("RUS"), channel.party("USA")
    await service.admit(rus.admission(await service.mint_code("RUS")))
    code = await service.mint_code("USA")
    await service.admit(rus.admission(code))
    await service.admit(usa.admission(code))


async def test_who_has_no_code_spends_nobodys_rate(service: RelayService, channel: Channel) -> None:
    """A stranger could else keep every ministry from being admitted, and from founding."""
    stranger = make_channel(roles=(), log_secret=channel.log_secret)
    for _ in range(ADMISSIONS.burst + 1):
        with pytest.raises(RefusedError) as caught:
            await service.admit(stranger.parties[0].admission("NO-CODE"))
        assert caught.value.code == "code"
        with pytest.raises(RefusedError) as caught:
            await service.found(stranger.founding_message())
        assert caught.value.code == "not-admitted"
    await admit(service, channel)
    await service.found(channel.founding_message())


# sessions


async def test_a_key_of_the_channel_opens_a_session(
    channel: Channel, clock: FakeClock, tmp_path: Path
) -> None:
    async with relay_with(channel, tmp_path, clock=clock) as service:
        for person in (channel.party("RUS").person("bot"), channel.party("USA").carrier):
            nonce = service.challenge().nonce
            request = channel.session_request(person, nonce, clock.now_ms())
            session = await service.open_session(request, HOST)
            own = service.resume(session.token)
            assert (own.channel, own.key) == (channel.id, person.id)
            assert len((await own.entries(0)).envelopes) == channel.log.size
        assert (await service.status())["sessions"] == 2


async def test_every_wrong_answer_to_a_challenge_gets_the_same_refusal(
    channel: Channel, clock: FakeClock, tmp_path: Path
) -> None:
    officer = channel.party("RUS").person("desk_officer")
    stranger = channel.new_person("RUS", "desk_officer")
    elsewhere = make_channel(roles=())
    async with relay_with(channel, tmp_path, clock=clock) as service:

        def asked(**changes: object) -> SessionRequest:
            good = channel.session_request(officer, service.challenge().nonce, clock.now_ms())
            return dataclasses.replace(good, **changes)  # type: ignore[arg-type]

        used = asked()
        await service.open_session(used, HOST)
        now = clock.now_ms()
        wrong = {
            "replayed": (used, HOST),
            "another host": (asked(), "relay.example:443"),
            "another time": (asked(time=now + 1), HOST),
            "too early": (channel.session_request(officer, service.challenge().nonce, 0), HOST),
            "another nonce": (asked(nonce=service.challenge().nonce), HOST),
            "another key": (asked(key=channel.party("USA").person("desk_officer").id), HOST),
            "no such key": (
                channel.session_request(stranger, service.challenge().nonce, now),
                HOST,
            ),
            "no such channel": (asked(channel=elsewhere.id), HOST),
            "no signature": (asked(signature=bytes(3373)), HOST),
        }
        answers = set()
        for request, host in wrong.values():
            with pytest.raises(RefusedError) as caught:
                await service.open_session(request, host)
            answers.add((caught.value.code, str(caught.value), caught.value.hint))
        with pytest.raises(RefusedError) as caught:
            service.resume(bytes(32))
        answers.add((caught.value.code, str(caught.value), caught.value.hint))
        assert len(answers) == 1


async def test_a_wrong_answer_spends_the_challenge(
    channel: Channel, clock: FakeClock, tmp_path: Path
) -> None:
    officer = channel.party("RUS").person("desk_officer")
    async with relay_with(channel, tmp_path, clock=clock) as service:
        good = channel.session_request(officer, service.challenge().nonce, clock.now_ms())
        for request in (dataclasses.replace(good, signature=bytes(3373)), good):
            with pytest.raises(RefusedError):
                await service.open_session(request, HOST)
