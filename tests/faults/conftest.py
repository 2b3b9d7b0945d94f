"""A fault test that cannot run says so; where all must run, that is a failure."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest

LONG = bool(os.environ.get("PARAPH_LONG"))


def not_run(reason: str) -> NoReturn:
    """End a test that this machine does not allow: never as a success."""
    if os.environ.get("PARAPH_TEST_ALL"):
        pytest.fail(f"not run: {reason}", pytrace=False)
    pytest.skip(f"not run: {reason}")
