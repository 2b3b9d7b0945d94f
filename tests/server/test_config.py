"""Settings: the file that init writes, and what refuses to start."""

import dataclasses
import tomllib
from pathlib import Path

import pytest

from paraph.protocol.errors import InputError
from paraph.server import config
from paraph.server.config import CONFIG_FILE, SECTIONS, Config, from_mapping, load, render

HOME = Path("/nowhere")


def test_the_written_file_is_read_back_as_it_was(tmp_path: Path) -> None:
    changed = from_mapping(
        tmp_path,
        {"limits": {"head_seconds": 3, "in_flight": 8}, "relay": {"address": "https://[::1]:9"}},
    )
    (tmp_path / CONFIG_FILE).write_text(render(changed))
    assert load(tmp_path) == changed
    assert isinstance(changed.limits.head_seconds, float)


def test_every_setting_stands_in_the_file_with_its_comment_and_default() -> None:
    text = render(Config(home=HOME))
    found = tomllib.loads(text)
    assert set(found) == set(SECTIONS)
    lines = text.splitlines()
    for name in SECTIONS:
        section = getattr(Config(home=HOME), name)
        for each in dataclasses.fields(section):
            at = next(i for i, line in enumerate(lines) if line.startswith(f"{each.name} = "))
            assert lines[at - 1].startswith("# ")
            assert "Default: " in " ".join(lines[at - 5 : at])
    assert max(len(line) for line in lines) <= 100


@pytest.mark.parametrize(
    ("found", "says"),
    [
        ({"relai": {}}, 'unknown section "relai"'),
        ({"listen": 5}, r"\[listen\] to be a table"),
        ({"listen": {"prt": 1}}, 'unknown key listen."prt"'),
        ({"listen": {"port": "8443"}}, "listen.port to be a whole number, got str"),
        ({"listen": {"port": True}}, "listen.port to be a whole number, got bool"),
        ({"listen": {"port": 8443.0}}, "listen.port to be a whole number, got float"),
        ({"listen": {"port": 65536}}, "listen.port from 0 to 65535"),
        ({"listen": {"port": -1}}, "listen.port from 0 to 65535"),
        ({"listen": {"plain_http": 1}}, "listen.plain_http to be true or false"),
        ({"listen": {"host": ""}}, "listen.host to match"),
        ({"limits": {"head_seconds": 0}}, "limits.head_seconds from 0.01"),
        ({"limits": {"head_seconds": float("nan")}}, "limits.head_seconds from 0.01"),
        ({"limits": {"in_flight": 33}}, "limits.in_flight from 1 to 32"),
        ({"limits": {"part_kib": 8193}}, "limits.part_kib from 1 to 8192"),
        ({"log": {"level": "loud"}}, "log.level to match"),
        ({"relay": {"origin_prefix": "a b"}}, "relay.origin_prefix to match"),
        ({"relay": {"origin_prefix": "a+b"}}, "relay.origin_prefix to match"),
        ({"relay": {"address": "https://a:1/path"}}, "scheme://host:port"),
        ({"relay": {"address": "https://a"}}, "scheme://host:port"),
        ({"relay": {"address": "https://a:b"}}, "scheme://host:port"),
        ({"relay": {"address": "https://me@a:1"}}, "scheme://host:port"),
        ({"relay": {"address": "https://[a:1"}}, "scheme://host:port"),
        ({"relay": {"address": "http://a:1"}}, "begin with https://"),
        ({"listen": {"plain_http": True}}, "begin with http://"),
        (
            {
                "listen": {"plain_http": True, "host": "0.0.0.0"},
                "relay": {"address": "http://a:1"},
            },
            "loopback address only",
        ),
    ],
)  # fmt: skip
def test_what_does_not_fit_refuses_and_says_what_was_expected(
    found: dict[str, object], says: str
) -> None:
    with pytest.raises(InputError, match=says):
        from_mapping(HOME, found)


def test_an_unknown_key_is_told_which_there_are() -> None:
    with pytest.raises(InputError) as caught:
        from_mapping(HOME, {"log": {"lvl": "info"}})
    assert caught.value.hint == "keys of [log] are: level"


@pytest.mark.parametrize(
    ("data", "says"),
    [(None, "not a relay's directory"), (b"[", "expected TOML"), (b"\xff", "expected TOML")],
)
def test_an_unreadable_file_says_so(tmp_path: Path, data: bytes | None, says: str) -> None:
    if data is not None:
        (tmp_path / CONFIG_FILE).write_bytes(data)
    with pytest.raises(InputError, match=says):
        load(tmp_path)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("[::1]", True),
        ("localhost", True), ("127.0.0.1.evil.example", False), ("0.0.0.0", False),
        ("192.0.2.1", False), ("localhost.example", False), ("", False),
    ],
)  # fmt: skip
def test_loopback_is_parsed_never_guessed_by_a_prefix(host: str, loopback: bool) -> None:
    assert config.is_loopback(host) is loopback
