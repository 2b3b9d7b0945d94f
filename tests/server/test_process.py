"""The real relay: its own process, TLS, SQLite, signals (SPEC 8)."""

import asyncio
import dataclasses
import hashlib
import signal
import socket
import ssl
import time
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest

from paraph.protocol.checkpoint import LogSecret, verify_checkpoint
from paraph.protocol.proof import verify_proof
from paraph.protocol.tiles import parse_bundle, parse_tile
from paraph.protocol.tree import Tree, leaf_hash
from paraph.protocol.wire import (
    Body,
    Challenge,
    Entries,
    FetchBody,
    Follow,
    Placed,
    Refused,
    SessionRequest,
    Staged,
    Submit,
    pack_frame,
    unpack_frame,
)
from paraph.server import control
from tests.server.process import Desk, Process, desk, make_home, serving
from tests.support.channel import Channel, make_channel
from tests.support.parties import Person


@pytest.fixture(scope="module")
def secret() -> LogSecret:
    return LogSecret.generate()


async def submit_all(at: Desk, channel: Channel, envelopes: list[bytes]) -> None:
    """Place *envelopes* one behind the other and check every proof."""
    async with at.stream() as stream:
        for request, envelope in enumerate(envelopes, 1):
            await stream.send(Submit(request=request, envelope=envelope, body=b""))
            (answer,) = await stream.frame()
            assert isinstance(answer, Placed), answer
            assert (answer.request, answer.envelope) == (request, b"")
            check(answer, envelope, channel)


def check(placed: Placed, envelope: bytes, channel: Channel) -> None:
    index, _ = verify_proof(placed.proof, leaf_hash(envelope), channel.log_keys)
    assert index == placed.index


async def test_a_channel_is_founded_spoken_in_and_read_back(
    tmp_path: Path, secret: LogSecret
) -> None:
    channel = make_channel(log_secret=secret)
    codes = await make_home(tmp_path / "relay", secret)
    officer = channel.party("USA").person("desk_officer")
    async with serving(tmp_path / "relay") as process, desk(process) as at:
        assert process.card.pin.hex() == process.ready["pin"]
        assert await at.found(channel, codes) == 200
        assert await at.found(channel, codes) == 200  # again is no misuse
        assert await at.open(channel, channel.parties[0].carrier) == 200
        await submit_all(at, channel, channel.later())
        assert await at.open(channel, officer) == 200
        async with at.stream() as stream:
            await stream.send(Follow(request=1, start=0))
            (past,) = await stream.frame()
            assert isinstance(past, Entries)
            assert past.envelopes == tuple(channel.envelopes)
            envelope, body = channel.seal(officer, b"a record")
            await stream.send(Submit(request=2, envelope=envelope, body=body))
            answers = {type(each): each for each in await stream.messages(2)}
            pushed, placed = answers[Entries], answers[Placed]
            assert isinstance(pushed, Entries)
            assert isinstance(placed, Placed)
            assert (pushed.start, pushed.envelopes) == (placed.index, (envelope,))
            head = verify_checkpoint(pushed.note, channel.log_keys)
            assert head.size == placed.index + 1
            digest = hashlib.sha256(body).digest()
            await stream.send(FetchBody(request=3, digest=digest))
            assert await stream.frame() == (Body(request=3, data=body),)
        status, note = await at.ask("GET", f"/log/{channel.id.hex()}/checkpoint")
        assert (status, note) == (200, pushed.note)
        _, data = await at.ask("GET", f"/log/{channel.id.hex()}/tile/entries/000.p/{head.size}")
        entries = parse_bundle(data, head.size)
        assert entries == (*channel.envelopes, envelope)
        _, data = await at.ask("GET", f"/log/{channel.id.hex()}/tile/0/000.p/{head.size}")
        hashes = parse_tile(data, head.size)
        assert hashes == tuple(leaf_hash(each) for each in entries)
        assert Tree(hashes).root() == head.root
        status, data = await at.ask("GET", "/v1/entries?start=0")
        assert unpack_frame(data)[0] == Entries(
            request=0, start=0, envelopes=entries, bodies=(body,), note=pushed.note
        )
        assert await at.ask("GET", f"/v1/bodies/{digest.hex()}") == (200, body)


async def test_twelve_causes_for_no_session_have_one_answer(
    tmp_path: Path, secret: LogSecret
) -> None:
    channel = make_channel(log_secret=secret)
    codes = await make_home(tmp_path / "relay", secret)
    root = channel.parties[0].carrier
    stranger = channel.new_person("RUS", "desk_officer")
    answers = set()
    async with serving(tmp_path / "relay") as process, desk(process) as at:
        await at.found(channel, codes)
        host = urlsplit(process.card.address).netloc

        async def ask(request: SessionRequest) -> tuple[int, bytes]:
            return await at.ask("POST", "/v1/session", request.encode())

        async def signed(
            who: Person = root, *, to: str = host, later: int = 0, drawn: bytes = b""
        ) -> SessionRequest:
            if not drawn:
                _, data = await at.ask("POST", "/v1/challenge")
                drawn = Challenge.decode(data).nonce
            return channel.session_request(who, drawn, int(time.time() * 1000) + later, host=to)

        good = await signed()
        assert (await ask(good))[0] == 200
        change = dataclasses.replace
        wrong = [
            good,  # a nonce used before
            await signed(drawn=bytes(32)),  # one never drawn
            await signed(later=-61_000),
            await signed(later=120_000),  # beyond 60 s, though the clock goes on
            await signed(to="127.0.0.1:1"),
            await signed(to=host.upper() + "."),
            await signed(stranger),  # a key that is not enrolled
            change(await signed(), key=bytes(32)),
            change(await signed(), channel=bytes(32)),
            change(await signed(), signature=bytes(3373)),
            change(await signed(), signature=good.signature),
            change(await signed(), signature=(await signed(stranger)).signature),
        ]
        for request in wrong:
            answers.add(await ask(request))
    assert len(wrong) == 12
    assert len(answers) == 1
    assert answers.pop()[0] == 401


async def test_an_attachment_goes_up_in_parts_before_its_statement(
    tmp_path: Path, secret: LogSecret
) -> None:
    channel = make_channel(log_secret=secret)
    codes = await make_home(tmp_path / "relay", secret)
    blob = bytes(range(256)) * 256
    digest = hashlib.sha256(blob).hexdigest()
    async with serving(tmp_path / "relay") as process, desk(process) as at:
        await at.found(channel, codes)
        await at.open(channel, channel.parties[0].carrier)
        await submit_all(at, channel, channel.later())
        await at.open(channel, channel.party("RUS").person("desk_officer"))
        status, data = await at.ask("PUT", f"/v1/blobs/{digest}?offset=0", blob[:30_000])
        assert (status, Staged.decode(data)) == (200, Staged(size=30_000, complete=0))
        status, data = await at.ask("PUT", f"/v1/blobs/{digest}?offset=30000", blob[30_000:])
        assert Staged.decode(data).complete == 1
        status, data = await at.ask("GET", f"/v1/blobs/{digest}")
        assert (status, Refused.decode(data).code) == (404, "not-found")  # nobody named it yet


async def test_nothing_accepted_is_lost_by_kill_nine_and_a_restart_has_another_port(
    tmp_path: Path, secret: LogSecret
) -> None:
    channel = make_channel(log_secret=secret)
    home = tmp_path / "relay"
    codes = await make_home(home, secret)
    process = await Process(home).start()
    async with desk(process) as at:
        await at.found(channel, codes)
        await at.open(channel, channel.parties[0].carrier)
        await submit_all(at, channel, channel.later())
    await process.kill()
    assert (home / control.SOCKET).exists()
    async with serving(home) as again, desk(again) as at:
        assert await at.open(channel, channel.parties[0].carrier) == 200
        _, data = await at.ask("GET", "/v1/entries?start=0")
        (found,) = unpack_frame(data)
        assert isinstance(found, Entries)
        assert found.envelopes == tuple(channel.envelopes)


async def test_sigterm_closes_streams_1001_and_ends_with_0(
    tmp_path: Path, secret: LogSecret
) -> None:
    channel = make_channel(log_secret=secret)
    home = tmp_path / "relay"
    codes = await make_home(home, secret)
    async with serving(home) as process, desk(process) as at:
        assert (home / "relay.ready").exists()
        await at.found(channel, codes)
        await at.open(channel, channel.parties[0].carrier)
        async with at.stream() as stream:
            await stream.send(Follow(request=1, start=0))
            await stream.frame()
            process.send(signal.SIGTERM)
            assert await stream.closed() == 1001
        assert await process.ended() == 0
    left = {each.name for each in home.iterdir()}
    assert not left & {"relay.ready", "relay.sock", "relay.db-wal"}


async def test_sighup_shows_the_new_certificate_and_keeps_the_old_one_if_it_is_bad(
    tmp_path: Path, secret: LogSecret
) -> None:
    home, other = tmp_path / "relay", tmp_path / "other"
    await make_home(home, secret)
    await make_home(other, secret)
    async with serving(home) as process:
        old = process.card.pin

        def shown() -> bytes:
            port = process.ready["port"]
            pem = ssl.get_server_certificate(("127.0.0.1", port))
            return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).digest()

        async def logged(event: str) -> None:
            async with asyncio.timeout(5):
                while all(each["event"] != event for each in process.lines()):  # noqa: ASYNC110
                    await asyncio.sleep(0)

        assert await asyncio.to_thread(shown) == old
        (home / "tls.crt").write_bytes((other / "tls.crt").read_bytes())
        process.send(signal.SIGHUP)
        await logged("certificate-not-reloaded")  # it does not belong to the key
        assert await asyncio.to_thread(shown) == old
        (home / "tls.key").write_bytes((other / "tls.key").read_bytes())
        process.send(signal.SIGHUP)
        await logged("certificate-reloaded")
        assert await asyncio.to_thread(shown) not in (old, bytes(32))


async def test_the_log_and_the_files_name_nobody_and_hold_no_content(
    tmp_path: Path, secret: LogSecret
) -> None:
    channel = make_channel(log_secret=secret)
    home = tmp_path / "relay"
    codes = await make_home(home, secret)
    officer = channel.party("USA").person("desk_officer")
    canary = b"the canary sings at midnight"
    async with serving(home) as process, desk(process) as at:
        await at.found(channel, codes)
        await at.open(channel, channel.parties[0].carrier)
        tokens = [at.bearer["Authorization"].split()[1]]
        await submit_all(at, channel, channel.later())
        await at.open(channel, officer)
        tokens.append(at.bearer["Authorization"].split()[1])
        envelope, body = channel.seal(officer, canary)
        frame = pack_frame((Submit(request=1, envelope=envelope, body=body),))
        status, _ = await at.ask("POST", "/v1/submit", frame)
        assert status == 200
        await at.ask("GET", "/v1/entries?start=0&canary=sings")
        await at.ask("GET", "/canary/sings")
        await at.ask("POST", "/v1/submit", b"canary sings")
        process.send(signal.SIGTERM)
        await process.ended()
        log = process.log.read_text()
    assert log.count('"event": "request"') > 10
    known = [
        "canary", "sings", "USA", "RUS", "127.0.0.1", channel.id.hex(), officer.id.hex(),
        *tokens, *codes.values(), *(each.holder.hex() for each in channel.everybody()),
    ]  # fmt: skip
    assert [each for each in known if each in log] == []
    assert channel.id.hex()[:8] in log  # the control: ids do stand there, cut short
    data = b"".join(each.read_bytes() for each in home.rglob("*") if each.is_file())
    assert envelope in data  # the control: the files were read
    assert canary not in data


async def test_a_second_relay_on_the_same_directory_is_refused(
    tmp_path: Path, secret: LogSecret
) -> None:
    home = tmp_path / "relay"
    await make_home(home, secret)
    async with serving(home) as process:
        second = Process(home)
        second.log = tmp_path / "second.log"
        with pytest.raises(AssertionError, match="another process"):
            await second.start()
        assert await second.ended() == 1
        assert control.ask(home, "status") is not None  # the first was not disturbed
        assert process.ready["ready"] is True


async def test_an_address_in_use_is_said_so(tmp_path: Path, secret: LogSecret) -> None:
    home = tmp_path / "relay"
    await make_home(home, secret)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        text = (home / "relay.toml").read_text()
        (home / "relay.toml").write_text(text.replace("\nport = 0", f"\nport = {port}"))
        process = Process(home)
        with pytest.raises(AssertionError, match=f"cannot listen on 127.0.0.1 port {port}"):
            await process.start()
        assert await process.ended() == 2


async def test_a_broken_database_stops_the_process_with_70(
    tmp_path: Path, secret: LogSecret
) -> None:
    channel = make_channel(log_secret=secret)
    home = tmp_path / "relay"
    codes = await make_home(home, secret)
    async with serving(home) as process, desk(process) as at:
        await at.found(channel, codes)
        await at.open(channel, channel.parties[0].carrier)
        head = next((home / "last-head").iterdir())
        head.unlink()  # the next head cannot be written down, so its outcome is not known
        status = 0
        try:
            frame = pack_frame((Submit(request=1, envelope=channel.later()[0], body=b""),))
            status, _ = await at.ask("POST", "/v1/submit", frame)
        except aiohttp.ClientError:
            pass
        assert status in (0, 503)
        assert await process.ended() == 70
    assert "broken" in [each["event"] for each in process.lines()]
    again = Process(home)
    with pytest.raises(AssertionError, match="last signed head"):
        await again.start()
    assert await again.ended() == 70


async def test_the_control_socket_is_found_where_its_name_is_longer_than_a_socket_may_have(
    tmp_path: Path, secret: LogSecret
) -> None:
    home = tmp_path / ("a" * 60) / ("b" * 60) / "relay"
    await make_home(home, secret)
    async with serving(home):
        told = await asyncio.to_thread(control.ask, home, "status")
        assert told is not None
        assert (told["running"], told["channels"]) == (True, 0)


async def test_the_control_socket_is_the_operator_s_and_answers_only_what_it_knows(
    tmp_path: Path, secret: LogSecret, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "relay"
    await make_home(home, secret)
    async with serving(home):
        assert (home / control.SOCKET).stat().st_mode & 0o077 == 0
        monkeypatch.chdir(home)
        for wrong in (b"\n", b"[1]\n", b'{"ask": "stop"}\n', b"\xff\n", b'"x"\n', b'{"ask": []}\n'):
            reader, writer = await asyncio.open_unix_connection(control.SOCKET)
            writer.write(wrong)
            assert b"error" in await reader.readline()
            writer.close()
