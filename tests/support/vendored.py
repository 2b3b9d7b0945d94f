"""Files of others that stand in the tree: each is byte for byte what its package holds.

A folder with such files has a ``vendor.toml`` that names, for each, package, version, licence,
path in the package and hash. ``python -m tests.support.vendored`` compares the hashes;
``--fetch`` takes the exact versions anew with ``npm pack`` and compares those too.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import subprocess
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
FOLDERS: Final = (
    ROOT / "client/paraph/client/web/static/vendor",
    ROOT / "tests/browser/vendor",
)
LIST: Final = "vendor.toml"
PACK_S: Final = 120


@dataclasses.dataclass(frozen=True, slots=True)
class Vendored:
    """One file and where it comes from.

    Attributes:
        folder: Where it stands.
        file: Its name there.
        package: Its package in the npm registry.
        version: The exact version.
        licence: Under which it is passed on; the text stands beside it.
        path: Its path inside the package.
        sha256: Hash of its bytes, hex.
    """

    folder: Path
    file: str
    package: str
    version: str
    licence: str
    path: str
    sha256: str

    def fault(self, data: bytes) -> str:
        """Return what is wrong with *data* as this file; nothing if it is right."""
        found = hashlib.sha256(data).hexdigest()
        return "" if found == self.sha256 else f"{self.file}: {found}, expected {self.sha256}"


def listed(folder: Path) -> list[Vendored]:
    """Return what the list of *folder* names."""
    told = tomllib.loads((folder / LIST).read_text(encoding="utf-8"))
    return [Vendored(folder, **each) for each in told["file"]]


def faults(folder: Path) -> Iterator[str]:
    """Yield what is wrong in *folder*: other bytes, a file that is missing or not listed."""
    wanted = {each.file: each for each in listed(folder)}
    there = {path.name for path in folder.iterdir()} - {LIST}
    yield from (f"{name}: not in {LIST}" for name in sorted(there - wanted.keys()))
    yield from (f"{name}: missing" for name in sorted(wanted.keys() - there))
    for name in sorted(there & wanted.keys()):
        if fault := wanted[name].fault((folder / name).read_bytes()):
            yield fault


def fetched_faults(folder: Path) -> Iterator[str]:
    """Yield how the packages differ from what *folder* lists; takes each with ``npm pack``."""
    files = listed(folder)
    for package, version in sorted({(each.package, each.version) for each in files}):
        with tempfile.TemporaryDirectory() as away:
            subprocess.run(
                ["npm", "pack", "--silent", f"{package}@{version}"],
                cwd=away,
                check=True,
                stdout=subprocess.DEVNULL,
                timeout=PACK_S,
            )
            (packed,) = Path(away).glob("*.tgz")
            with tarfile.open(packed) as tar:
                for each in files:
                    if each.package == package:
                        member = tar.extractfile(each.path)
                        assert member is not None, each.path
                        if fault := each.fault(member.read()):
                            yield f"in {package} {version}, {fault}"


def main() -> None:
    """Compare; say what differs and fail, or say how many are right."""
    parser = argparse.ArgumentParser(description="Check the files of others in this tree.")
    parser.add_argument("--fetch", action="store_true", help="take the packages anew, with npm")
    fetch = parser.parse_args().fetch
    found = [fault for folder in FOLDERS for fault in faults(folder)]
    if fetch:
        found += [fault for folder in FOLDERS for fault in fetched_faults(folder)]
    if found:
        raise SystemExit("\n".join(found))
    count = sum(len(listed(folder)) for folder in FOLDERS)
    print(f"{count} vendored files are what their packages hold")  # noqa: T201 - a command


if __name__ == "__main__":
    main()
