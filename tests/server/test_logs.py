"""What may stand in a log line, and that nothing else does."""

import asyncio
import io
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from paraph.server import logs

CALL = re.compile(r"(?:_log\(\)|get_logger\(\))\.\w+\((.*?)\n?\s*\)$", re.DOTALL | re.MULTILINE)
SOURCE = Path(logs.__file__).parent


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    before = logging.getLogger().handlers, logging.getLogger().level
    logs.configure("info", stream)
    yield stream
    structlog.reset_defaults()
    logging.getLogger().handlers, level = before
    logging.getLogger().setLevel(level)


def lines(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_allowed_fields_stand_and_ids_are_cut_short(out: io.StringIO) -> None:
    structlog.get_logger().info("request", channel=bytes(range(32)), status=200, ms=1.23456)
    (line,) = lines(out)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "request", "level": "info", "channel": "00010203", "status": 200, "ms": 1.235,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("peer", "192.0.2.1"), ("party", "USA"), ("title", "Draft"), ("exc_info", True),
        ("code", "two words"), ("code", "слово"), ("code", "a\nb"), ("code", "x" * 121),
        ("status", None), ("code", ["a"]), ("code", {"a": 1}), ("code", ValueError("secret")),
    ],
)  # fmt: skip
def test_everything_else_is_dropped_and_counted(out: io.StringIO, name: str, value: object) -> None:
    structlog.get_logger().info("request", **{name: value})
    (line,) = lines(out)
    assert line["dropped"] == 1
    assert name not in line


def test_a_lower_level_says_nothing(out: io.StringIO) -> None:
    structlog.get_logger().debug("request")
    assert lines(out) == []


def test_what_a_library_logs_becomes_its_kind_and_place_without_its_words(
    out: io.StringIO,
) -> None:
    try:
        asyncio.run(_raises())
    except ValueError:
        logging.getLogger("aiohttp.server").exception("a secret of %s", "a peer")
    logging.getLogger("asyncio").warning("another secret")
    first, second = lines(out)
    assert (first["event"], first["source"], first["error"]) == (
        "library", "aiohttp.server", "ValueError",
    )  # fmt: skip
    assert first["where"].endswith(".py:" + first["where"].rpartition(":")[2])
    assert (second["source"], second["level"]) == ("asyncio", "warning")
    assert "secret" not in out.getvalue()


async def _raises() -> None:
    raise ValueError("a secret")


def test_every_field_that_our_code_logs_is_allowed() -> None:
    logged = set()
    for file in SOURCE.rglob("*.py"):
        for call in re.findall(
            r"(?:_log\(\)|get_logger\(\))\.\w+\((.*?)\n?\s*\)$",
            file.read_text(),
            re.DOTALL | re.MULTILINE,
        ):
            logged |= set(re.findall(r"\b(\w+)=", call))
    assert logged - logs.FIELDS == set()
    assert len(logged) > 8


def test_no_line_is_formatted_and_nothing_is_printed() -> None:
    for file in SOURCE.rglob("*.py"):
        text = file.read_text()
        assert not re.search(r"(?:_log\(\)|get_logger\(\))\.\w+\(\s*f?\"[^\"]*[ {]", text), file
        assert not re.search(r"^\s*print\(", text, re.MULTILINE), file
