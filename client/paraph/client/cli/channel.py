"""`paraph channel`: propose, accept, internal, list."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from paraph.client.cli.context import Seat, example, run, seated
from paraph.client.cli.output import emit, note, table
from paraph.protocol import roles
from paraph.protocol.errors import InputError

if TYPE_CHECKING:
    from paraph.client.keys.cards import CharterFile
    from paraph.client.keys.home import ChannelHome
    from paraph.client.keys.vault import HeldKey
    from paraph.protocol.documents import Charter

T = TypeVar("T")


@click.group(
    epilog=example("paraph channel propose --peer rus.card --relay relay.card -o ours.charter")
)
def channel() -> None:
    """Found channels and list them."""


def _terms(command: Callable[..., T]) -> Callable[..., T]:
    for option in (
        click.option("--retention-days", default=0, help="Keep bodies so long; 0 = no end."),
        click.option("--exercise", is_flag=True, help="An exercise, for good."),
        click.option(
            "--authentic",
            multiple=True,
            metavar="LANG",
            help="Language of equal authority; repeat.  [default: all]",
        ),
        click.option(
            "--language",
            "languages",
            multiple=True,
            metavar="LANG",
            default=("en", "ru"),
            show_default=True,
            help="Working language, in order; repeat.",
        ),
    ):
        command = option(command)
    return command


@channel.command(
    epilog=example(
        "paraph channel propose --peer rus.card --relay relay.card --code USA-1234 -o ours.charter"
    )
)
@click.option(
    "--peer", required=True, type=click.Path(path_type=Path), help="The other party's card."
)
@click.option("--relay", required=True, type=click.Path(path_type=Path), help="The relay's card.")
@click.option("--code", default="", help="Your enrolment code from the relay's operator; once.")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Charter.")
@_terms
@seated
def propose(
    seat: Seat,
    *,
    peer: Path,
    relay: Path,
    code: str,
    output: Path,
    languages: tuple[str, ...],
    authentic: tuple[str, ...],
    exercise: bool,
    retention_days: int,
) -> None:
    """Propose a channel to another party: sign a charter with the roots of this home.

    Send the file to the other side. When they have accepted it, run `paraph channel accept` with
    the same file to join.
    """
    from paraph.client.keys import cards, founding
    from paraph.protocol.wire import RelayCard

    terms = founding.Terms(
        languages=languages,
        authentic=authentic,
        exercise=exercise,
        retention_days=retention_days,
    )
    theirs, card = cards.read(peer, cards.PartyCard), cards.read(relay, RelayCard)
    manifest = founding.remember_peer(seat.home, theirs)
    file = founding.propose((founding.own_card(seat.home), theirs), card, terms)
    file = founding.countersign(file, seat.home, seat.vault.content)
    if code:
        run(_admit(seat, file, code))
    cards.write(output, file)
    _warn_unverified(seat, manifest.party, founding.root_digest(manifest))
    _print_file(seat, file, output)


async def _admit(seat: Seat, file: CharterFile, code: str) -> None:
    from paraph.client.channel import joining

    async with joining.closing(seat.tools.link(file.relay)) as link:
        await joining.admit(link, seat.vault.content, code)


def _warn_unverified(seat: Seat, party: str, digest: bytes) -> None:
    if seat.home.book.verification(digest) is None:
        note(f"warning: the roots of {party} are not verified (paraph party verify)")


def _print_file(seat: Seat, file: CharterFile, path: Path) -> None:
    from paraph.client.keys import cards, founding
    from paraph.protocol.documents import channel_of

    charter, missing = cards.read_charter_file(file)
    lacking = {code: count for code, count in missing.items() if count}
    emit(
        seat.as_json,
        {
            "channel": channel_of(file.charter),
            "file": str(path),
            "exercise": charter.exercise,
            "languages": list(charter.languages),
            "parties": {each.code: founding.fingerprint(each) for each in charter.parties},
            "missing": missing,
            "founded": False,
        },
        [
            f"channel    {channel_of(file.charter).hex()}",
            f"file       {path}",
            *(
                f"missing    {count} root signature{'s' if count > 1 else ''} of {code}"
                for code, count in lacking.items()
            ),
            *([f"next       they run paraph channel accept {path.name}, then you"] * bool(lacking)),
        ],
    )


@channel.command(
    epilog=example(
        "paraph channel accept ours.charter --code RUS-5678",
        "paraph channel accept ours.charter --role head_of_delegation --yes",
    )
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--code", default="", help="Your enrolment code from the relay's operator; once.")
@click.option(
    "--role",
    type=click.Choice(sorted(roles.PERSONS)),
    default=roles.DESK,
    show_default=True,
    help="Role of this home's first key; a bot's key is enrolled beside it.",
)
@click.option("--no-keys", is_flag=True, help="Enrol no key now (paraph member add does later).")
@click.option("--yes", is_flag=True, help="Do not ask before countersigning.")
@seated
def accept(seat: Seat, file: Path, code: str, role: str, no_keys: bool, yes: bool) -> None:
    """Accept a charter, or join a channel whose charter was accepted.

    Shows the words of both root sets, countersigns with the roots of this home and, when the
    last signature is there, founds the channel on the relay. Whoever proposed runs the same
    command afterwards to join. Repeating it does no harm.
    """
    from paraph.client.keys import cards, founding

    charter_file = cards.read(file, cards.CharterFile)
    charter, missing = cards.read_charter_file(charter_file)
    content = seat.vault.content
    _show_roots(seat, charter)
    if missing.get(content.party) and not yes and not _confirmed():
        raise InputError(
            "nothing was signed", code="not-confirmed", hint="give --yes, or answer y on a terminal"
        )
    charter_file = founding.countersign(charter_file, seat.home, content)
    left = cards.read_charter_file(charter_file)[1]
    if any(left.values()) and not _proposed(content.party, missing):
        cards.write(file, charter_file)
        if code:
            run(_admit(seat, charter_file, code))
        _print_file(seat, charter_file, file)
        return
    if not any(left.values()):
        charter_file = founding.complete(charter_file, content, seat.now())
    cards.write(file, charter_file)
    wanted = () if no_keys else (role, roles.BOT)
    done, folder, keys = run(_found(seat, charter_file, code, wanted))
    cards.write(file, done)
    _print_joined(seat, charter, folder, keys)


def _proposed(party: str, missing: dict[str, int]) -> bool:
    # Ours was signed before, only the others' signatures are missing in this copy: they may have
    # completed theirs, so the relay is asked.
    return not missing[party]


def _confirmed() -> bool:
    import sys

    return sys.stdin.isatty() and click.confirm("Countersign this charter?", err=True)


def _show_roots(seat: Seat, charter: Charter) -> None:
    from paraph.client.keys import founding

    if charter.exercise:
        note("EXERCISE: everything in this channel is an exercise, for good")
    for each in charter.parties:
        spoken = founding.fingerprint(each)
        own = each.code == seat.vault.content.party
        note(f"roots of {each.code}{' (yours)' if own else ''}:")
        note(f"  en  {spoken['en']}")
        note(f"  ru  {spoken['ru']}")
        if not own:
            _warn_unverified(seat, each.code, founding.root_digest(each))


async def _found(
    seat: Seat, file: CharterFile, code: str, wanted: tuple[str, ...]
) -> tuple[CharterFile, ChannelHome, tuple[HeldKey, ...]]:
    from paraph.client.channel import joining

    async with joining.closing(seat.tools.link(file.relay)) as link:
        await joining.admit(link, seat.vault.content, code)
        if file.founding:
            file = await joining.found(link, file)
        else:
            file = await joining.fetch_founding(link, seat.vault.content, file)
        folder = joining.join(seat.home, file)
        keys = await joining.enrol_own(seat.vault, folder, link, wanted, now=seat.now())
    return file, folder, keys


def _print_joined(
    seat: Seat, charter: Charter, folder: ChannelHome, keys: tuple[HeldKey, ...]
) -> None:
    from paraph.client.channel import joining

    emit(
        seat.as_json,
        {
            "channel": folder.channel,
            "exercise": charter.exercise,
            "parties": [each.code for each in charter.parties],
            "languages": list(charter.languages),
            "keys": [{"role": key.role, "key": key.id, "state": key.state} for key in keys],
            "trust": str(folder.path / joining.TRUST_NAME),
            "founded": True,
        },
        [
            f"channel    {folder.channel.hex()}",
            f"parties    {', '.join(each.code for each in charter.parties)}",
            *(f"key        {key.role} {key.id.hex()[:16]} {key.state}" for key in keys),
            *(
                f"request    {joining.request_path(folder, key.role)} lacks root signatures"
                for key in keys
                if key.state == "asked"
            ),
            f"trust      {folder.path / joining.TRUST_NAME}",
            f"charter    {folder.charter}",
            "next       paraph bot run, in this home: sealed statements need "
            + ("the bot's heartbeats" if len(charter.parties) == 1 else "both bots' heartbeats"),
            "next       a colleague, in a home of their own: paraph member request CHARTER",
        ],
    )


@channel.command(epilog=example("paraph channel internal --relay relay.card --code USA-9999"))
@click.option("--relay", required=True, type=click.Path(path_type=Path), help="The relay's card.")
@click.option("--code", default="", help="Your enrolment code from the relay's operator; once.")
@click.option(
    "--role",
    type=click.Choice(sorted(roles.PERSONS)),
    default=roles.DESK,
    show_default=True,
    help="Role of this home's first key; a bot's key is enrolled beside it.",
)
@_terms
@seated
def internal(
    seat: Seat,
    *,
    relay: Path,
    code: str,
    role: str,
    languages: tuple[str, ...],
    authentic: tuple[str, ...],
    exercise: bool,
    retention_days: int,
) -> None:
    """Found your party's internal channel: notes there have other keys and never cross.

    On a shared relay its existence and its tempo can be seen: use a relay of your own.
    """
    from paraph.client.keys import cards, founding
    from paraph.protocol.wire import RelayCard

    terms = founding.Terms(
        languages=languages, authentic=authentic, exercise=exercise, retention_days=retention_days
    )
    card = cards.read(relay, RelayCard)
    path = seat.home.path / "internal.charter"
    if path.exists():
        file = cards.read(path, cards.CharterFile)  # begun before: the same channel
    else:
        file = founding.propose((founding.internal_card(seat.home, seat.vault),), card, terms)
    file = founding.countersign(file, seat.home, seat.vault.content)
    charter, missing = cards.read_charter_file(file)
    file = founding.complete(file, seat.vault.content, seat.now())
    cards.write(path, file)
    if any(missing.values()):
        _print_file(seat, file, path)
        return
    _, folder, keys = run(_found(seat, file, code, (role, roles.BOT)))
    path.unlink()
    _print_joined(seat, charter, folder, keys)


@channel.command("list", epilog=example("paraph channel list --json"))
@seated
def list_(seat: Seat) -> None:
    """List the channels of this home."""
    from paraph.client.log.replica import Replica

    names = {each.channel: each.name for each in seat.home.book.channels}
    found: list[dict[str, Any]] = []
    for folder in seat.home.channels():
        replica = Replica.load(folder)
        try:
            charter = replica.log.charter
            found.append(
                {
                    "channel": folder.channel.hex(),
                    "name": names.get(folder.channel, ""),
                    "parties": [each.code for each in charter.parties],
                    "internal": len(charter.parties) == 1,
                    "exercise": charter.exercise,
                    "languages": list(charter.languages),
                    "entries": replica.size,
                    "relay": folder.relay.address,
                }
            )
        finally:
            replica.close()
    emit(
        seat.as_json,
        {"channels": found},
        table(
            ("channel", "parties", "kind", "languages", "entries", "relay"),
            [
                (
                    each["channel"][:16],
                    "+".join(each["parties"]),
                    ("internal" if each["internal"] else "shared")
                    + (", EXERCISE" if each["exercise"] else ""),
                    " ".join(each["languages"]),
                    str(each["entries"]),
                    each["relay"],
                )
                for each in found
            ],
        ),
    )
