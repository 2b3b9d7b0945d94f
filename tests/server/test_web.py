"""Routes, statuses and canonical error bodies over real TLS sockets (SPEC 8)."""

import asyncio
import hashlib
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from paraph.protocol.errors import (
    ForgedError,
    IntegrityError,
    MalformedError,
    MisuseError,
    ParaphError,
    RefusedError,
    UnavailableError,
)
from paraph.protocol.wire import (
    FRAME,
    Admission,
    Challenge,
    Entries,
    Follow,
    Founded,
    Founding,
    Placed,
    Refused,
    Session,
    SessionRequest,
    Staged,
    Submit,
    pack_frame,
    unpack_frame,
)
from paraph.server.web import answers, routes
from tests.server.fakes import BEARER, CHANNEL, NOTE, TOKEN, Running, relay

ASKED = SessionRequest(
    channel=CHANNEL, key=bytes(32), nonce=bytes(32), time=1, signature=bytes(3373)
)
ADMISSION = Admission(
    code="ABCD-2345", party="USA", roots=(bytes(1984),), threshold=1, signature=bytes(3373)
)
BLOB = bytes(range(256)) * 4096
DIGEST = hashlib.sha256(BLOB).hexdigest()


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Running]:
    async with relay(tmp_path) as running:
        yield running


async def told(response: aiohttp.ClientResponse) -> Refused:
    assert response.content_type == answers.MSGPACK
    return Refused.decode(await response.read())


async def test_what_needs_no_session_answers_its_record(served: Running) -> None:
    async with served.request("POST", "/v1/admit", ADMISSION.encode(), {}) as got:
        assert (got.status, await got.read()) == (204, b"")
    founding = Founding(envelopes=(b"a", b"b"))
    async with served.request("POST", "/v1/found", founding.encode(), {}) as got:
        assert Founded.decode(await got.read()).note == NOTE
    async with served.request("POST", "/v1/challenge", headers={}) as got:
        assert Challenge.decode(await got.read()).nonce == bytes(32)
    async with served.request("POST", "/v1/session", ASKED.encode(), {}) as got:
        assert Session.decode(await got.read()).token == TOKEN


async def test_a_session_is_bound_to_the_address_on_the_card_not_to_the_host_asked_for(
    served: Running,
) -> None:
    headers = {"Host": "elsewhere.example"}
    async with served.request("POST", "/v1/session", ASKED.encode(), headers) as got:
        assert got.status == 200
    assert served.service.hosts == [f"127.0.0.1:{served.port}"]


async def test_a_statement_goes_in_and_comes_out_over_http(served: Running) -> None:
    frame = pack_frame((Submit(request=7, envelope=b"envelope", body=b"sealed"),))
    async with served.request("POST", "/v1/submit", frame) as got:
        placed = unpack_frame(await got.read())
    assert placed == (Placed(request=7, index=0, proof=b"proof", envelope=b""),)
    async with served.request("GET", "/v1/entries?start=0") as got:
        found = unpack_frame(await got.read())
    assert found == (Entries(request=0, start=0, envelopes=(b"envelope",), bodies=(), note=NOTE),)
    digest = hashlib.sha256(b"sealed").hexdigest()
    async with served.request("GET", f"/v1/bodies/{digest}") as got:
        assert await got.read() == b"sealed"
        assert "immutable" in got.headers["Cache-Control"]


async def test_a_blob_is_staged_in_parts_and_read_in_ranges(served: Running) -> None:
    half = len(BLOB) // 2
    async with served.request("PUT", f"/v1/blobs/{DIGEST}?offset=0", BLOB[:half]) as got:
        assert Staged.decode(await got.read()) == Staged(size=half, complete=0)
    async with served.request("HEAD", f"/v1/blobs/{DIGEST}") as got:
        assert (got.headers["Upload-Offset"], got.headers["Upload-Complete"]) == (str(half), "?0")
    async with served.request("PUT", f"/v1/blobs/{DIGEST}?offset={half}", BLOB[half:]) as got:
        assert Staged.decode(await got.read()) == Staged(size=len(BLOB), complete=1)
    async with served.request("HEAD", f"/v1/blobs/{DIGEST}") as got:
        assert got.headers["Upload-Complete"] == "?1"
    async with served.request("GET", f"/v1/blobs/{DIGEST}") as got:
        assert (got.status, await got.read()) == (200, BLOB)
    headers = {**BEARER, "Range": "bytes=10-19"}
    async with served.request("GET", f"/v1/blobs/{DIGEST}", headers=headers) as got:
        assert (got.status, await got.read()) == (206, BLOB[10:20])
        assert got.headers["Content-Range"] == f"bytes 10-19/{len(BLOB)}"
    for wrong in ("bytes=99999999-", "bytes=5-4", "bytes=0-1,3-4"):
        headers = {**BEARER, "Range": wrong}
        async with served.request("GET", f"/v1/blobs/{DIGEST}", headers=headers) as got:
            assert (got.status, (await told(got)).code) == (416, "range")


async def test_the_log_is_served_as_c2sp_lays_it_out(served: Running) -> None:
    prefix = f"/log/{CHANNEL.hex()}"
    async with served.request("GET", f"{prefix}/checkpoint") as got:
        assert got.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert await got.read() == NOTE
    for path, data in (
        ("tile/0/000", b"tile/0/000"),
        ("tile/1/x001/234.p/17", b"tile/1/x001/234.p/17"),
        ("tile/entries/000.p/3", b"bundle tile/entries/000.p/3"),
    ):
        async with served.request("GET", f"{prefix}/{path}") as got:
            assert got.headers["Content-Type"] == "application/octet-stream"
            assert "immutable" in got.headers["Cache-Control"]
            assert await got.read() == data
    for path in ("tile/0/0", "tile/00/000", "tile/0/x000/001", "tile/entries/000.p/256", "tile/"):
        async with served.request("GET", f"{prefix}/{path}") as got:
            assert (got.status, (await told(got)).code) == (404, "not-found")


async def test_the_log_of_another_channel_is_not_served(served: Running) -> None:
    async with served.request("GET", f"/log/{'ab' * 32}/checkpoint") as got:
        assert (got.status, (await told(got)).code) == (404, "unknown-channel")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/stream"),
        ("POST", "/v1/submit"),
        ("GET", "/v1/entries?start=0"),
        ("GET", f"/v1/bodies/{DIGEST}"),
        ("PUT", f"/v1/blobs/{DIGEST}?offset=0"),
        ("GET", f"/v1/blobs/{DIGEST}"),
        ("GET", f"/log/{CHANNEL.hex()}/checkpoint"),
        ("GET", f"/log/{CHANNEL.hex()}/tile/0/000"),
    ],
)
async def test_whatever_is_wrong_with_a_session_the_answer_is_the_same(
    served: Running, method: str, path: str
) -> None:
    answered = set()
    for value in (
        None, "", "Bearer", f"Bearer {'ab' * 32}", f"Bearer {TOKEN.hex().upper()}",
        f"bearer {TOKEN.hex()}", f"Bearer  {TOKEN.hex()}", f"Bearer {TOKEN.hex()} ",
        f"Basic {TOKEN.hex()}", f"Bearer {TOKEN.hex()}00", f"Bearer {TOKEN.hex()[:-1]}",
    ):  # fmt: skip
        if value is not None and value.strip() == BEARER["Authorization"]:
            continue  # HTTP strips the space around a header's value
        headers = {} if value is None else {"Authorization": value}
        async with served.request(method, path, headers=headers) as got:
            plain = (got.headers["WWW-Authenticate"], got.headers["Content-Length"])
            answered.add((got.status, *plain, await got.read()))
    assert len(answered) == 1
    assert answered.pop()[:2] == (401, "Bearer")


async def test_whatever_is_wrong_with_a_session_proof_the_answer_is_the_same(
    served: Running,
) -> None:
    answered = set()
    for error in (
        RefusedError("nonce used", code="session", hint="x"),
        RefusedError("no such channel", code="unknown-channel"),
        RefusedError("no such key", code="unknown-sender"),
        RefusedError("ended", code="key-ended"),
        ForgedError("expected a signature that verifies"),
        MalformedError("not a key"),
    ):
        served.service.raises = error
        async with served.request("POST", "/v1/session", ASKED.encode(), {}) as got:
            answered.add((got.status, await got.read()))
    assert len(answered) == 1
    assert answered.pop()[0] == 401


async def test_a_session_is_refused_after_the_same_time_however_soon_the_cause_was_found(
    served: Running,
) -> None:
    served.service.raises = RefusedError("no such channel", code="session")
    loop = asyncio.get_running_loop()
    begun = loop.time()
    async with served.request("POST", "/v1/session", ASKED.encode(), {}) as got:
        assert got.status == 401
    assert loop.time() - begun >= routes.NO_SESSION_S
    served.service.raises = None
    async with served.request("POST", "/v1/session", ASKED.encode(), {}) as got:
        assert got.status == 200


@pytest.mark.parametrize(
    ("error", "status", "code", "retry"),
    [
        (MalformedError("x"), 400, "malformed", None),
        (ForgedError("x"), 403, "forged", None),
        (RefusedError("x", code="role"), 403, "role", None),
        (RefusedError("x", code="code"), 403, "code", None),
        (RefusedError("x", code="not-admitted"), 403, "not-admitted", None),
        (RefusedError("x", code="unknown-channel"), 404, "unknown-channel", None),
        (RefusedError("x", code="double-sequence"), 409, "double-sequence", None),
        (RefusedError("x", code="exclusive"), 409, "exclusive", None),
        (RefusedError("x", code="inconsistent"), 409, "inconsistent", None),
        (RefusedError("x", code="gap", retry_after_s=1), 409, "gap", "1"),
        (RefusedError("x", code="too-large"), 413, "too-large", None),
        (RefusedError("x", code="quota", retry_after_s=9), 429, "quota", "9"),
        (RefusedError("x", code="quota"), 429, "quota", "1"),
        (RefusedError("x", code="busy"), 503, "busy", "1"),
        (UnavailableError("disk /secret/path"), 503, "unavailable", "1"),
        (UnavailableError("disk", code="full"), 507, "full", "1"),
        (MisuseError("a bug"), 500, "internal", "1"),
        (ValueError("a bug with a secret"), 500, "internal", "1"),
    ],
)
async def test_each_error_has_one_status_and_a_canonical_body(
    served: Running, error: Exception, status: int, code: str, retry: str | None
) -> None:
    served.service.of.raises = error
    frame = pack_frame((Submit(request=3, envelope=b"e", body=b""),))
    async with served.request("POST", "/v1/submit", frame) as got:
        refused = await told(got)
        assert (got.status, refused.code) == (status, code)
        assert got.headers.get("Retry-After") == retry
        assert refused.retry_after_s == int(retry or 0)
        assert "secret" not in refused.message
    assert served.broken == []


async def test_a_broken_state_of_our_own_is_told_to_the_process(served: Running) -> None:
    served.service.of.raises = IntegrityError("the root differs")
    frame = pack_frame((Submit(request=3, envelope=b"e", body=b""),))
    async with served.request("POST", "/v1/submit", frame) as got:
        assert (got.status, (await told(got)).code) == (503, "unavailable")
    served.service.raises = IntegrityError("the root differs")
    async with served.request("POST", "/v1/admit", ADMISSION.encode(), {}) as got:
        assert got.status == 503
    assert [type(each) for each in served.broken] == [IntegrityError, IntegrityError]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/", None, 404, "not-found"),
        ("GET", "/v1/bodies/xyz", None, 404, "not-found"),
        ("GET", "/v1/blobs/" + "AB" * 32, None, 404, "not-found"),
        ("DELETE", "/v1/submit", None, 405, "method"),
        ("POST", "/v1/admit", b"", 400, "malformed"),
        ("POST", "/v1/admit", b"\xc0", 400, "malformed"),
        ("POST", "/v1/admit", ADMISSION.encode() + b"\0", 400, "malformed"),
        ("POST", "/v1/challenge", b"x", 413, "too-large"),
        ("POST", "/v1/session", bytes(60_001), 413, "too-large"),
        ("POST", "/v1/submit", b"\x90", 400, "malformed"),
        ("POST", "/v1/submit", pack_frame((Follow(request=1, start=0),)), 400, "malformed"),
        ("POST", "/v1/submit", bytes(FRAME.size + 1), 413, "too-large"),
        ("GET", "/v1/entries", None, 400, "malformed"),
        ("GET", "/v1/entries?start=-1", None, 400, "malformed"),
        ("GET", "/v1/entries?start=01", None, 400, "malformed"),
        ("GET", "/v1/entries?start=9007199254740992", None, 400, "malformed"),
        ("GET", "/v1/entries?start=0&start=0", None, 400, "malformed"),
        ("GET", "/v1/entries?start=0&more=1", None, 400, "malformed"),
        ("GET", "/v1/entries?start=1", None, 404, "not-found"),
        ("PUT", f"/v1/blobs/{DIGEST}", b"x", 400, "malformed"),
        ("GET", f"/v1/blobs/{DIGEST}", None, 404, "not-found"),
        ("GET", f"/v1/bodies/{DIGEST}", None, 404, "not-found"),
        ("GET", "/v1/stream", None, 400, "malformed"),
    ],
)
async def test_a_wrong_request_gets_a_canonical_refusal(
    served: Running, method: str, path: str, body: bytes | None, status: int, code: str
) -> None:
    async with served.request(method, path, body) as got:
        assert (got.status, (await told(got)).code) == (status, code)
        if status == 405:
            assert got.headers["Allow"] == "POST"


@pytest.mark.parametrize("size", [8 * 2**20, 8 * 2**20 + 1])
async def test_a_part_may_have_eight_mib_and_no_byte_more(served: Running, size: int) -> None:
    digest = hashlib.sha256(bytes(size)).hexdigest()
    async with served.request("PUT", f"/v1/blobs/{digest}?offset=0", bytes(size)) as got:
        assert got.status == (200 if size == 8 * 2**20 else 413)


async def test_requests_without_a_session_are_limited_by_address(tmp_path: Path) -> None:
    async with relay(tmp_path, front_burst=2, front_per_second=0.01) as served:
        for _ in range(2):
            async with served.request("POST", "/v1/challenge", headers={}) as got:
                assert got.status == 200
        async with served.request("POST", "/v1/challenge", headers={}) as got:
            assert (got.status, (await told(got)).code) == (429, "quota")
            assert int(got.headers["Retry-After"]) >= 1
        async with served.request("GET", "/v1/entries?start=0") as got:
            assert got.status == 200


async def test_health_says_alive_and_readiness_says_which_check_failed(served: Running) -> None:
    async with served.request("GET", "/healthz", headers={}) as got:
        assert (got.status, await got.json()) == (200, {"status": "ok"})
    async with served.request("GET", "/readyz", headers={}) as got:
        checks = {"database": True, "disk": True, "certificate": True, "accepting": True}
        assert (got.status, await got.json()) == (200, {"ready": True, "checks": checks})


async def test_a_relay_whose_disk_does_not_take_a_write_is_not_ready(served: Running) -> None:
    served.service.raises = UnavailableError("disk")
    async with served.request("GET", "/readyz", headers={}) as got:
        assert (got.status, got.headers["Retry-After"]) == (503, "1")
        assert (await got.json())["checks"]["database"] is False


async def test_a_draining_relay_is_not_ready_and_opens_nothing(served: Running) -> None:
    served.routes.draining = True
    async with served.request("GET", "/readyz", headers={}) as got:
        assert (got.status, (await got.json())["ready"]) == (503, False)
    for method, path in (("POST", "/v1/challenge"), ("GET", "/v1/stream")):
        async with served.request(method, path) as got:
            assert (got.status, (await told(got)).code) == (503, "draining")
            assert got.headers["Retry-After"] == "1"


async def test_tls_older_than_1_3_is_refused(served: Running) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await asyncio.open_connection("127.0.0.1", served.port, ssl=context)


async def test_a_wrong_pin_is_seen_before_anything_is_sent(served: Running) -> None:
    with pytest.raises(aiohttp.ServerFingerprintMismatch):
        await served.http.get(served.base + "/healthz", ssl=aiohttp.Fingerprint(bytes(32)))


@pytest.mark.parametrize(
    "head",
    [
        (
            b"GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n"
        ),
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n",
        b"POST /v1/challenge HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n",
        b"POST /v1/challenge HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n",
        b"GET /healthz HTTP/1.1\r\nHost : a\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n folded: a\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: a\nX: b\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nX\0: b\r\n\r\n",
        b"GET /healthz HTTP/9.9.9\r\nHost: a\r\n\r\n",
        b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03\r\n\r\n",
        b"GET /" + b"a" * 10_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 10_000 + b"\r\n\r\n",
    ],
)
async def test_what_is_not_http_gets_a_canonical_refusal_and_the_end(
    served: Running, head: bytes
) -> None:
    reader, writer = await served.raw()
    writer.write(head)
    async with asyncio.timeout(5):
        answer = await reader.read()
    writer.close()
    status, _, rest = answer.partition(b"\r\n")
    assert status.startswith(b"HTTP/1.")
    assert status.split()[1][:1] == b"4"
    assert answer.count(b"HTTP/1.1 ") == 1
    Refused.decode(rest.partition(b"\r\n\r\n")[2])


async def test_an_unknown_expectation_gets_a_canonical_refusal(served: Running) -> None:
    headers = {"Expect": "a miracle"}
    async with served.request("POST", "/v1/challenge", headers=headers) as got:
        assert (got.status, (await told(got)).code) == (417, "expectation")
    async with served.http.post(
        served.base + "/v1/session", data=ASKED.encode(), expect100=True, ssl=served.tls
    ) as got:
        assert got.status == 200


def test_every_refusal_is_a_valid_record() -> None:
    for error in (ParaphError("x" * 1000), RefusedError("ж" * 1000), MisuseError("")):
        refused = answers.refusal(error, 5)
        assert Refused.decode(refused.encode()).request == 5
