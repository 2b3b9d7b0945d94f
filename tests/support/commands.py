"""People at their command lines, over a relay in memory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from paraph.client.cli import cli
from tests.support.memory_front import MemoryFront, MemoryTools

PASSPHRASE = "correct horse battery staple"


class Person:
    """One person with a home and a passphrase file.

    Attributes:
        home: The home folder.
        folder: Where the files that travel are.
        tools: How the relay is reached.
    """

    def __init__(self, folder: Path, name: str, front: MemoryFront) -> None:
        self.folder = folder
        self.home = folder / name
        self.passphrase_file = folder / f"{name}.passphrase"
        self.passphrase_file.write_text(PASSPHRASE + "\n")
        self.passphrase_file.chmod(0o600)
        self.tools = MemoryTools(front)

    def path(self, name: str) -> str:
        """Return the path of a file that travels."""
        return str(self.folder / name)

    def run(self, *args: str, given: str = "") -> Result:
        """Run a command in this home."""
        full = [*args, "--home", str(self.home), "--passphrase-file", str(self.passphrase_file)]
        return CliRunner().invoke(cli, full, input=given, obj=self.tools)

    def ok(self, *args: str, given: str = "") -> str:
        """Run a command that succeeds; return what it printed."""
        result = self.run(*args, given=given)
        assert result.exit_code == 0, result.output
        return result.stdout

    def json(self, *args: str) -> Any:  # noqa: ANN401 - whatever the command prints
        """Run a command that succeeds; return the object that it printed."""
        return json.loads(self.ok(*args, "--json"))

    def fails(self, code: int, *args: str, given: str = "") -> str:
        """Run a command that ends with *code*; return what it said on stderr."""
        result = self.run(*args, given=given)
        assert result.exit_code == code, (result.exit_code, result.output)
        assert "Traceback" not in result.output
        return result.stderr


def write(person: Person, name: str, text: str) -> str:
    """Write a file that travels; return its path."""
    Path(person.path(name)).write_text(text)
    return person.path(name)


def two_parties(folder: Path, *options: str) -> tuple[Person, Person, MemoryFront]:
    """Return two persons, each with a party of one root (made with *options*), and their relay."""
    front = MemoryFront("CODE-USA", "CODE-RUS")
    (folder / "relay.card").write_bytes(front.card.encode())
    usa, rus = Person(folder, "usa", front), Person(folder, "rus", front)
    for person, code, name in ((usa, "USA", "Department"), (rus, "RUS", "Министерство")):
        person.ok(
            "party", "init", code, "--name", f"en={name}", "--roots", "1", "--small",
            "-o", person.path(f"{code.lower()}.card"), *options,
        )  # fmt: skip
    return usa, rus, front


def propose_channel(usa: Person, *options: str, peer: str = "rus.card") -> str:
    """Propose a channel to a party; return the path of the file that travels."""
    charter = usa.path("ours.charter")
    usa.ok(
        "channel", "propose", "--peer", usa.path(peer), "--relay", usa.path("relay.card"),
        "-o", charter, *options,
    )  # fmt: skip
    return charter


def found_channel(usa: Person, rus: Person, *options: str) -> str:
    """Propose and accept a channel; return its id as hex."""
    charter = propose_channel(usa, "--code", "CODE-USA", *options)
    founded = rus.json("channel", "accept", charter, "--code", "CODE-RUS", "--yes")
    usa.ok("channel", "accept", charter, "--yes", "--role", "head_of_delegation")
    channel: str = founded["channel"]
    return channel


def colleague(
    of: Person, role: str = "legal_adviser", *options: str, charter: Path | None = None
) -> tuple[Person, str]:
    """Let the first person of a party enrol a second one.

    Args:
        of: The first.
        role: Of the second.
        options: More of ``member add``.
        charter: Of which channel, where the first is in several.

    Returns:
        Who it is, and the key's id as hex.
    """
    if charter is None:
        (charter,) = of.home.glob("channels/*/charter")
    late = Person(of.folder, f"{of.home.name}-{role}", of.tools.front)
    request = of.path(f"{late.home.name}.request")
    asked = late.json(
        "member", "request", str(charter), "--party", of.home.name.upper(), "--role", role,
        "-o", request, "--small",
    )  # fmt: skip
    of.ok("member", "add", request, *options)
    return late, asked["key"]
