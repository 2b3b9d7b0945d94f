"""The home of a bot, whose channel the other side has opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.client.bot.bot_home import Bench, make_bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return make_bench(tmp_path)
