"""Files of others are what their packages hold, and nothing stands beside them (docs/adr/0013)."""

import shutil
from pathlib import Path

import pytest

from tests.support import vendored


@pytest.mark.parametrize("folder", vendored.FOLDERS, ids=str)
def test_every_vendored_file_is_listed_and_untouched(folder: Path) -> None:
    assert list(vendored.faults(folder)) == []


@pytest.mark.parametrize("folder", vendored.FOLDERS, ids=str)
def test_every_package_has_its_licence_text_beside_it(folder: Path) -> None:
    packages = {each.package for each in vendored.listed(folder)}
    licensed = {each.package for each in vendored.listed(folder) if "LICENSE" in each.file}
    assert licensed == packages


def test_what_is_touched_added_or_gone_is_seen(tmp_path: Path) -> None:
    folder = tmp_path / "vendor"
    shutil.copytree(vendored.FOLDERS[0], folder)
    first, second = (folder / each.file for each in vendored.listed(folder))
    first.write_bytes(first.read_bytes() + b"\n")
    second.unlink()
    (folder / "other.js").touch()
    found = " ".join(vendored.faults(folder))
    assert f"{first.name}: " in found
    assert f"{second.name}: missing" in found
    assert "other.js: not in" in found
