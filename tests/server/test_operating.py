"""OPERATING.md says what the software does: settings, defaults, commands, files, events."""

import dataclasses
import re
from pathlib import Path

from paraph.server import config, serving
from paraph.server.__main__ import cli
from paraph.server.config import SECTIONS, Config

PART = Path(__file__).parents[2] / "server"
TEXT = (PART / "OPERATING.md").read_text("utf-8")


def test_every_setting_is_named_and_every_limit_has_its_default() -> None:
    for name in SECTIONS:
        section = getattr(Config(home=Path()), name)
        for each in dataclasses.fields(section):
            assert f"`{name}.{each.name}`" in TEXT
    for line in TEXT.splitlines():
        named = re.findall(r"`((?:limits|quotas|listen|store)\.\w+)`", line.split("|")[1]) if (
            line.startswith("| `") and line.count("|") == 4
        ) else []  # fmt: skip
        if not named:
            continue
        values = [float(each) for each in line.split("|")[2].split(",")]
        assert values == [_default(each) for each in named], line


def _default(path: str) -> object:
    section, _, key = path.partition(".")
    return getattr(getattr(Config(home=Path()), section), key)


def test_every_command_and_every_option_is_named() -> None:
    for name, command in cli.commands.items():
        (line,) = [each for each in TEXT.splitlines() if each.startswith(f"| `{name} DIR")]
        for parameter in command.params:
            for option in parameter.opts:
                if option.startswith("--") and option not in ("--home", "--help"):
                    assert option in line, (name, option)


def test_every_event_of_the_log_is_explained() -> None:
    for file in (PART / "paraph" / "server").rglob("*.py"):
        text = file.read_text()
        events = re.findall(r'(?:_log\(\)|get_logger\(\))\.\w+\(\s*"([a-z-]+)"', text)
        for event in events:
            assert f"`{event}`" in TEXT, event
    for reason in ("slow-head", "not-reading", "too-many-connections"):
        assert f"`{reason}`" in TEXT


def test_every_file_of_a_relay_is_explained() -> None:
    store = Config(home=Path()).store
    for name in (
        config.CONFIG_FILE, serving.READY_FILE, store.database, store.log_key,
    ):  # fmt: skip
        assert f"`{name}`" in TEXT
    assert f"`{store.heads}/`" in TEXT
    assert "### When a root differs" in TEXT  # the doctor refers to it
