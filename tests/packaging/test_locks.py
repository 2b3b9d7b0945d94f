"""Every pin is hashed, at its floor, and no lock holds an address (docs/adr/0005)."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.txt", "requirements-build.txt", "requirements-dev.txt")
# Below these stand known holes, or the primitives that we rest on are missing.
FLOORS = {
    "cryptography": "50",
    "jinja2": "3.1.6",
    "aiohttp": "3.14.3",
    "msgpack": "1.2.1",
    "apsw": "3.51.3",
}
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def pins(lock: str) -> Iterator[tuple[Requirement, list[str]]]:
    joined = (ROOT / lock).read_text(encoding="ascii").replace("\\\n", " ")
    for line in joined.splitlines():
        text = line.strip()
        if text and not text.startswith("#"):
            requirement, *hashes = re.split(r"\s+(?=--hash=)", text)
            yield Requirement(requirement), [part.strip() for part in hashes]


def pinned(lock: str) -> dict[str, Version]:
    return {
        requirement.name.lower(): Version(next(iter(requirement.specifier)).version)
        for requirement, _ in pins(lock)
    }


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_is_exact_and_hashed(lock: str) -> None:
    found = list(pins(lock))
    assert found
    for requirement, hashes in found:
        assert [clause.operator for clause in requirement.specifier] == ["=="], requirement
        assert requirement.url is None
        assert hashes, requirement
        assert all(HASH.fullmatch(part) for part in hashes), requirement


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_holds_an_address(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="ascii")
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text


@pytest.mark.parametrize("name", FLOORS)
def test_every_pin_is_at_its_floor(name: str) -> None:
    assert pinned("requirements.txt")[name] >= Version(FLOORS[name])


def test_the_locks_agree_where_they_overlap() -> None:
    dev = pinned("requirements-dev.txt")
    for lock in ("requirements.txt", "requirements-build.txt"):
        assert {name: dev.get(name) for name in pinned(lock)} == pinned(lock)


def test_every_declared_dependency_is_pinned_within_its_bounds() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    runtime = pinned("requirements.txt")
    for text in project["dependencies"]:
        declared = Requirement(text)
        assert declared.specifier.contains(runtime[declared.name.lower()]), declared


def test_an_address_or_a_missing_hash_would_be_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The control: the same reading, on a lock that has both faults.
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    (tmp_path / "bad.txt").write_text("--index-url x://y\n", encoding="ascii")
    with pytest.raises(AssertionError):
        test_no_lock_holds_an_address("bad.txt")
    (tmp_path / "bad.txt").write_text("click==8.5.1\n", encoding="ascii")
    with pytest.raises(AssertionError):
        test_every_pin_is_exact_and_hashed("bad.txt")
