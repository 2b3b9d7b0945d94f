"""The import contracts hold, and each is seen to fail when it is broken (docs/adr/0004, 0006)."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = ("protocol", "server", "client")
# The copy's folders take the place of the installed ones, so that the copy is what is read.
LINT = """
import pathlib
import sys
root = pathlib.Path(sys.argv[1])
others = [path for path in sys.path if not (pathlib.Path(path) / "paraph").is_dir()]
sys.path = [str(root / part) for part in ("protocol", "server", "client")] + others
from importlinter.cli import lint_imports
sys.exit(lint_imports(config_filename=str(root / "pyproject.toml"), no_cache=True))
"""

# Contract -> what breaks it: a file to plant, and its one line.
BREACHES = {
    "Desks and relay meet only through the protocol": [
        ("server/paraph/server/planted.py", "import paraph.client"),
        ("client/paraph/client/planted.py", "import paraph.server"),
        ("protocol/paraph/protocol/planted.py", "import paraph.client"),
    ],
    "In a client, what is higher rests on what is lower, and never the other way": [
        ("client/paraph/client/log/planted.py", "import paraph.client.sending.outbox"),
        ("client/paraph/client/negotiating/planted.py", "import paraph.client.web.gate"),
        ("client/paraph/client/planted/__init__.py", ""),
    ],
    "In every package imports go one way": [
        ("server/paraph/server/quotas.py", "import paraph.server.web.guard"),
        ("protocol/paraph/protocol/names.py", "import paraph.protocol.negotiation.ledger"),
    ],
    "The protocol does no I/O and reads no clock": [
        ("protocol/paraph/protocol/planted.py", "import time"),
        ("protocol/paraph/protocol/negotiation/planted.py", "from pathlib import Path"),
    ],
    "The relay holds no decryption code": [
        ("server/paraph/server/planted.py", "from paraph.protocol import sealed"),
        ("server/paraph/server/planted.py", "import paraph.protocol.planted"),
    ],
    "Only schema.py knows msgpack": [
        ("client/paraph/client/planted.py", "import msgpack"),
        ("server/paraph/server/planted.py", "import msgpack"),
    ],
    "The fold uses no third-party library": [
        ("protocol/paraph/protocol/negotiation/planted.py", "import cryptography"),
    ],
    "SQL stands in the stores": [
        ("server/paraph/server/planted.py", "import apsw"),
        ("client/paraph/client/planted.py", "import sqlite3"),
    ],
    "HTTP stands in the web modules and in the transport": [
        ("server/paraph/server/planted.py", "import aiohttp"),
        ("client/paraph/client/planted.py", "from aiohttp import web"),
    ],
    "Templates stand in the desk's web modules, and nobody marks text as safe markup": [
        ("client/paraph/client/planted.py", "import jinja2"),
        ("client/paraph/client/negotiating/planted.py", "from markupsafe import Markup"),
        ("server/paraph/server/planted.py", "import jinja2"),
    ],
    "The command-line library is known to the command lines": [
        ("client/paraph/client/planted.py", "import click"),
        ("server/paraph/server/planted.py", "import rich"),
    ],
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the three parts and their configuration."""
    for part in PARTS:
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint(tree: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", LINT, str(tree)],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_contracts_hold(tree: Path) -> None:
    verdict = lint(tree)
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr


def test_every_contract_has_a_breach_that_is_tried() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    names = {contract["name"] for contract in config["tool"]["importlinter"]["contracts"]}
    assert names == set(BREACHES)


@pytest.mark.parametrize(
    ("contract", "file", "line"),
    [(contract, *breach) for contract, breaches in BREACHES.items() for breach in breaches],
)
def test_a_broken_contract_is_seen(tree: Path, contract: str, file: str, line: str) -> None:
    (tree / "protocol/paraph/protocol/planted.py").write_text(
        "from paraph.protocol import sealed\n", encoding="utf-8"
    )
    (tree / file).parent.mkdir(exist_ok=True)
    with (tree / file).open("a", encoding="utf-8") as planted:
        planted.write(f"{line}\n")
    verdict = lint(tree)
    assert verdict.returncode == 1, verdict.stdout + verdict.stderr
    assert f"{contract} BROKEN" in " ".join(verdict.stdout.split())


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("server/paraph/server/planted.py", "from cryptography.hazmat.primitives import hpke"),
        ("client/paraph/client/planted.py", "import cryptography.cobblestone"),
        (
            "server/paraph/server/planted.py",
            "from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey",
        ),
        (
            "client/paraph/client/planted.py",
            "from cryptography.hazmat.primitives.asymmetric import mldsa",
        ),
        ("client/paraph/client/planted.py", "import sqlite3"),
        ("client/paraph/client/planted.py", "import pickle"),
        ("tests/planted.py", "import server"),
        ("client/paraph/client/planted.py", "from importlib import import_module"),
    ],
)
def test_a_banned_primitive_is_seen(file: str, line: str) -> None:
    verdict = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--select", "TID251", "--stdin-filename", file],
        cwd=ROOT,
        input=f"{line}\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert verdict.returncode == 1, verdict.stdout + verdict.stderr
    assert "TID251" in verdict.stdout
