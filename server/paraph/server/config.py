"""The relay's settings: one commented TOML file into one frozen value (SPEC 8 has the limits).

Every setting says its unit, its default and what goes wrong when it is chosen badly; the file
that ``init`` writes is made from these declarations. An unknown key, a wrong type or a number out
of its bounds refuses to start. Secrets stand in files of their own and are named by path.
"""

from __future__ import annotations

import dataclasses
import ipaddress
import json
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlsplit

from paraph.protocol.errors import InputError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

CONFIG_FILE: Final = "relay.toml"
T = TypeVar("T", bool, int, float, str)


def setting(
    default: T, about: str, *, least: float = 0, most: float = 2**53, pattern: str = ""
) -> T:
    """Declare a setting.

    Args:
        default: Its default; its type is the setting's type.
        about: What it does, its unit and its danger, for the file that ``init`` writes.
        least: Smallest number accepted.
        most: Largest number accepted.
        pattern: What a text must match as a whole.
    """
    metadata = {"about": about, "least": least, "most": most, "pattern": pattern}
    return dataclasses.field(default=default, metadata=metadata)


@dataclasses.dataclass(frozen=True, slots=True)
class RelaySection:
    """Who the relay is."""

    address: str = setting(
        "https://127.0.0.1:8443",
        "Base URL that stands on the relay card; sessions are bound to its host and port. "
        "Change it only together with the cards that the parties hold. Port 0 means: the port "
        "that the system chose, with a new card at each start (for demonstrations).",
        pattern=r"https?://[!-~]{1,190}",
    )
    origin_prefix: str = setting(
        "127.0.0.1/paraph",
        "Begins the name of every log. It stands in the charters: never change it after the "
        "first channel was founded.",
        pattern=r"[!-*,-~]{1,180}",
    )


@dataclasses.dataclass(frozen=True, slots=True)
class ListenSection:
    """Where it listens."""

    host: str = setting(
        "127.0.0.1", "Address or name to bind; 0.0.0.0 = every interface.", pattern=r"[!-~]{1,255}"
    )
    port: int = setting(8443, "TCP port; 0 = the system chooses.", most=65_535)
    plain_http: bool = setting(
        default=False, about="No TLS at all. Accepted on a loopback address only, for tests."
    )
    tls_certificate: str = setting(
        "tls.crt", "Certificate chain, PEM. Desks pin the first certificate; SIGHUP reloads it."
    )
    tls_key: str = setting("tls.key", "Private key of the certificate, PEM, mode 0600.")
    backlog: int = setting(1024, "Connections that wait to be accepted.", least=1, most=65_535)


@dataclasses.dataclass(frozen=True, slots=True)
class StoreSection:
    """Where it keeps things. Paths are relative to this file's directory."""

    database: str = setting("relay.db", "SQLite database: entries, bodies, tree, journal.")
    blobs: str = setting("blobs", "Directory of staged bodies and attachments.")
    heads: str = setting(
        "last-head",
        "Directory of the last signed size and root of each log. Never put it into a backup: it "
        "is what tells a restored database from the newest one.",
    )
    log_key: str = setting("log.key", "The log's secret key, mode 0600.")
    min_free_mib: int = setting(
        256, "Free disk space, MiB, below which the relay says it is not ready.", least=1
    )


@dataclasses.dataclass(frozen=True, slots=True)
class LimitsSection:
    """What one connection, one peer and the whole relay may cost."""

    connections: int = setting(
        2048, "Open connections in all. Each needs a file descriptor.", least=1, most=100_000
    )
    connections_per_peer: int = setting(
        1024,
        "Open connections from one address. Behind a proxy all come from the proxy's address: "
        "then set it to the value of `connections`.",
        least=1,
        most=100_000,
    )
    head_seconds: float = setting(
        10.0, "Seconds for a whole request head, the second one of a connection too.", least=0.01
    )
    body_seconds: float = setting(
        10.0, "Seconds of grace for a request body, on top of its bytes at `body_rate`.", least=0.01
    )
    body_rate: int = setting(
        16_384, "Bytes a second below which a request body is cut off.", least=1
    )
    idle_seconds: float = setting(75.0, "Seconds an idle kept-alive connection lives.", least=0.01)
    send_seconds: float = setting(
        10.0, "Seconds a stream may not take what is sent to it, before it is aborted.", least=0.01
    )
    ping_seconds: float = setting(
        30.0, "Seconds of silence after which a stream is pinged; half of it to answer.", least=0.01
    )
    drain_seconds: float = setting(
        8.0, "Seconds after SIGTERM for what is under way; all in all it takes 6 more.", most=600
    )
    in_flight: int = setting(
        32, "Requests of one stream that are worked on; above, it is not read.", least=1, most=32
    )
    queue_messages: int = setting(
        64, "Messages that wait to be sent on one stream, before it is closed (1013).", least=1
    )
    queue_kib: int = setting(
        4096, "KiB that wait to be sent on one stream, before it is closed (1013).", least=1
    )
    part_kib: int = setting(8192, "KiB in one part of a staged blob.", least=1, most=8192)
    uploads: int = setting(
        16, "Parts that are received at once; the rest wait. Memory = this x `part_kib`.", least=1
    )
    front_per_second: float = setting(
        50.0, "Requests without a session that one address may make a second.", least=0.01
    )
    front_burst: int = setting(
        500, "Requests without a session that one address may make at once.", least=1
    )


@dataclasses.dataclass(frozen=True, slots=True)
class QuotasSection:
    """What keys, channels and the whole relay may ask for."""

    submissions_per_second: float = setting(
        200.0, "Statements of one key a second, in the long run.", least=0.01
    )
    submissions_burst: int = setting(2000, "Statements of one key at once.", least=1)
    session_seconds: int = setting(3600, "Seconds a session lives.", least=1, most=86_400)
    channels: int = setting(10_000, "Channels in all.", least=1)
    staged_mib: int = setting(
        4096, "MiB of one party in a channel that no statement has named yet.", least=1
    )
    threads: int = setting(0, "Threads that check signatures; 0 = as many as cores.", most=1024)


@dataclasses.dataclass(frozen=True, slots=True)
class LogSection:
    """What it writes to stderr: JSON lines without content."""

    level: str = setting(
        "info", "debug, info, warning or error.", pattern="debug|info|warning|error"
    )


@dataclasses.dataclass(frozen=True, slots=True)
class Config:
    """Everything that can be set, and where the relay's directory is."""

    home: Path
    relay: RelaySection = dataclasses.field(default_factory=RelaySection)
    listen: ListenSection = dataclasses.field(default_factory=ListenSection)
    store: StoreSection = dataclasses.field(default_factory=StoreSection)
    limits: LimitsSection = dataclasses.field(default_factory=LimitsSection)
    quotas: QuotasSection = dataclasses.field(default_factory=QuotasSection)
    log: LogSection = dataclasses.field(default_factory=LogSection)

    @property
    def scheme(self) -> str:
        """``https``, or ``http`` where TLS is off."""
        return "http" if self.listen.plain_http else "https"

    def path(self, name: str) -> Path:
        """Return where a file that the configuration names stands."""
        return self.home / name

    def check(self) -> None:
        """Check what no single setting can.

        Raises:
            InputError: Settings that do not fit each other.
        """
        try:
            parts = urlsplit(self.relay.address)
            bad = bool(parts.path or parts.query or parts.fragment or "@" in parts.netloc)
            bad = bad or not parts.hostname or parts.port is None
        except ValueError:
            bad = True
            parts = urlsplit("")
        if bad:
            raise InputError(
                "expected relay.address as scheme://host:port and nothing more",
                hint='for instance: address = "https://relay.example.org:8443"',
            )
        if parts.scheme != self.scheme:
            raise InputError(f"expected relay.address to begin with {self.scheme}://")
        if self.listen.plain_http and not is_loopback(self.listen.host):
            raise InputError(
                "plain http is accepted on a loopback address only",
                hint="set listen.plain_http = false: init makes a certificate, desks pin it",
            )


SECTIONS: Final = ("relay", "listen", "store", "limits", "quotas", "log")


def is_loopback(host: str) -> bool:
    """Tell whether *host* can be reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def load(home: Path) -> Config:
    """Read the configuration of the relay in *home*.

    Raises:
        InputError: No such file, not TOML, an unknown key, or a value out of its bounds.
    """
    file = home / CONFIG_FILE
    try:
        found = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError as error:
        raise InputError(
            f"{home} is not a relay's directory: expected {CONFIG_FILE} in it",
            hint=f"make one: paraph-relay init {home}",
        ) from error
    except OSError as error:
        raise InputError(f"cannot read {file}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{file}: expected TOML: {error}") from error
    return from_mapping(home, found)


def from_mapping(home: Path, found: dict[str, object]) -> Config:
    """Build a configuration from what the file says.

    Raises:
        InputError: An unknown key, or a value out of its bounds.
    """
    made = Config(home=home)
    unknown = sorted(set(found) - set(SECTIONS))
    if unknown:
        raise InputError(
            f"{CONFIG_FILE}: unknown section {_shown(unknown[0])}",
            hint=f"sections are: {', '.join(SECTIONS)}",
        )
    changed: dict[str, Any] = {
        name: _section(name, getattr(made, name), table) for name, table in found.items()
    }
    made = dataclasses.replace(made, **changed)
    made.check()
    return made


def _section(name: str, default: DataclassInstance, table: object) -> DataclassInstance:
    fields = {each.name: each for each in dataclasses.fields(default)}
    if type(table) is not dict:
        raise InputError(f"{CONFIG_FILE}: expected [{name}] to be a table")
    values = {}
    for key, value in table.items():
        if key not in fields:
            raise InputError(
                f"{CONFIG_FILE}: unknown key {name}.{_shown(key)}",
                hint=f"keys of [{name}] are: {', '.join(fields)}",
            )
        values[key] = _value(f"{name}.{key}", fields[key], value)
    return dataclasses.replace(default, **values)


def _value(path: str, field: dataclasses.Field[object], value: object) -> object:
    wanted, rules = type(field.default), field.metadata
    if wanted is float and type(value) is int:
        value = float(value)
    if type(value) is not wanted:
        raise InputError(
            f"{CONFIG_FILE}: expected {path} to be {_NAMES[wanted]}, got {type(value).__name__}"
        )
    if isinstance(value, str):
        if rules["pattern"] and not re.fullmatch(rules["pattern"], value):
            raise InputError(f"{CONFIG_FILE}: expected {path} to match {rules['pattern']}")
    elif isinstance(value, int | float) and not rules["least"] <= value <= rules["most"]:
        raise InputError(
            f"{CONFIG_FILE}: expected {path} from {rules['least']:g} to {rules['most']:g}"
        )
    return value


_NAMES: Final[dict[type, str]] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text in quotes",
}


def _shown(key: str) -> str:
    return json.dumps(key[:40])


def render(config: Config) -> str:
    """Return the file for *config*, every setting in it with its comment."""
    lines = [
        "# The relay's settings. A change counts from the next start, a certificate's from SIGHUP.",
        "# An unknown key refuses to start; `paraph-relay doctor` checks the whole.",
    ]
    for name in SECTIONS:
        section = getattr(config, name)
        lines += ["", f"[{name}]  # {(type(section).__doc__ or '').splitlines()[0]}"]
        for each in dataclasses.fields(section):
            lines += ["", *_comment(each)]
            lines.append(f"{each.name} = {_toml(getattr(section, each.name))}")
    return "\n".join(lines) + "\n"


def _comment(field: dataclasses.Field[object]) -> list[str]:
    words = f"{field.metadata['about']} Default: {_toml(field.default)}".split()
    lines, line = [], "#"
    for word in words:
        if len(line) + 1 + len(word) > 98:
            lines.append(line)
            line = "#"
        line += f" {word}"
    return [*lines, line]


def _toml(value: object) -> str:
    # JSON's booleans, numbers and (ASCII) strings are TOML's too.
    return json.dumps(value)
