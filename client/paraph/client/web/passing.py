"""Plain files between the browser and this desk: in the home while they pass, and no longer."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from paraph.client.files import private_folder
from paraph.client.keys.home import Home

FOLDER: Final = "passing"


def clean(home: Home) -> None:
    """Remove what a program that was killed left there."""
    shutil.rmtree(home.path / FOLDER, ignore_errors=True)


@contextlib.contextmanager
def folder(home: Home) -> Iterator[Path]:
    """Give an empty folder of its own, and remove it with all that is in it."""
    with tempfile.TemporaryDirectory(dir=private_folder(home.path / FOLDER)) as name:
        yield Path(name)
