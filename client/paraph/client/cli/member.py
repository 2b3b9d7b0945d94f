"""`paraph member`: a second person on another home, and further keys of this one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from paraph.client.cli.at_desk import at_desk
from paraph.client.cli.context import Seat, example, run, seated
from paraph.client.cli.output import emit, note, progress, table
from paraph.client.clock import when
from paraph.protocol import roles
from paraph.protocol.documents import REASONS
from paraph.protocol.errors import InputError, UnavailableError

if TYPE_CHECKING:
    from paraph.protocol.trust import Member


@click.group(
    epilog=example(
        "paraph member request ours.charter --party USA --role legal_adviser -o anna.request",
        "paraph member add anna.request",
    )
)
def member() -> None:
    """Enrol people and machines of your own party."""


@member.command(
    epilog=example(
        "paraph member request ours.charter --party USA --role legal_adviser -o anna.request"
    )
)
@click.argument("charter", type=click.Path(path_type=Path))
@click.option("--party", "code", required=True, help="Code of your own party.")
@click.option("--role", required=True, type=click.Choice(roles.ROLES), help="Role of the new key.")
@click.option("--days", default=90, show_default=True, help="Life of the key, at most 90.")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Request.")
@click.option("--small", is_flag=True, help="Key file for a machine with little memory.")
@seated
def request(
    seat: Seat, *, charter: Path, code: str, role: str, days: int, output: Path, small: bool
) -> None:
    """Ask to be enrolled: make a key in this new home and a request for your party's roots.

    CHARTER is the charter file of the channel, from a colleague. Compare the words of your own
    party's roots with that colleague before you send the request back.
    """
    from paraph.client.channel import joining
    from paraph.client.keys import cards, founding, members

    file = cards.read(charter, cards.CharterFile)
    read, _ = cards.read_charter_file(file)
    if not seat.home.vault_path.exists():
        members.join_party(seat.home, file, code, seat.passphrase(new=True), cheap=small)
    vault = seat.vault
    if vault.content.party != code:
        raise InputError(
            f"this home belongs to {vault.content.party}",
            code="not-a-party",
            hint="choose another --home",
        )
    folder = joining.join(seat.home, file)
    key, made = joining.request_member(vault, folder, role, now=seat.now(), days=days)
    cards.write(output, made)
    spoken = {each.code: founding.fingerprint(each) for each in read.parties}
    emit(
        seat.as_json,
        {
            "channel": folder.channel,
            "party": code,
            "role": role,
            "key": key.id,
            "holder": key.holder,
            "not_after": when(key.not_after),
            "words": spoken[code],
            "file": str(output),
        },
        [
            f"channel    {folder.channel.hex()}",
            f"words en   {spoken[code]['en']}",
            f"words ru   {spoken[code]['ru']}",
            f"key        {role} {key.id.hex()[:16]}, until {when(key.not_after)}",
            f"file       {output}",
            "next       compare the words with your colleague, who runs: paraph member add FILE",
        ],
    )


@member.command(
    epilog=example(
        "paraph member add anna.request", "paraph member add --self --role head_of_delegation"
    )
)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--self", "own", is_flag=True, help="Enrol a new key of this home instead.")
@click.option("--role", type=click.Choice(roles.ROLES), help="Role of that key, with --self.")
@click.option("--renew", is_flag=True, help="With --self: also where the key there still counts.")
@click.option("--channel", "name", default="", help="Start of its id, or `internal`.")
@seated
def add(
    seat: Seat, *, file: Path | None, own: bool, role: str | None, renew: bool, name: str
) -> None:
    """Enrol the key of a request, or with --self a new key of this home.

    Roots sign for signatory, head_of_delegation and registrar; a registrar may sign for the
    rest. Below the threshold the signatures of this home are added to FILE, which then travels
    to the next root; exit code 0. A key lives 90 days at most: --self --renew in good time.
    """
    if own == (file is not None) or own != (role is not None) or (renew and not own):
        raise InputError(
            "expected either a request FILE, or --self with --role",
            hint="paraph member add --help shows both",
        )
    if file is not None:
        _add_request(seat, file, name)
        return
    from paraph.client.channel import joining

    folder = seat.channel(name)

    async def work() -> tuple[object, ...]:
        async with joining.closing(seat.tools.link(folder.relay)) as link:
            return await joining.enrol_own(
                seat.vault, folder, link, (str(role),), now=seat.now(), renew=renew
            )

    (key,) = run(work())
    from paraph.client.keys.vault import HeldKey

    assert isinstance(key, HeldKey)
    emit(
        seat.as_json,
        {"channel": folder.channel, "role": key.role, "key": key.id, "state": key.state},
        [f"key        {key.role} {key.id.hex()[:16]} {key.state}"],
    )


def _add_request(seat: Seat, file: Path, name: str) -> None:
    from paraph.client.channel import joining
    from paraph.client.keys import cards, members
    from paraph.protocol.documents import Enrolment, read_enrolment

    document = cards.read(file, cards.MemberRequest).enrolment
    asked, key, _ = read_enrolment(Enrolment.decode(document.body))
    folder = seat.channel(name or asked.channel.hex())
    members.read_request(document, folder.channel, seat.vault.content.party)
    document, missing = joining.sign_enrolment(seat.vault.content, folder.channel, document)
    cards.write(file, cards.MemberRequest(enrolment=document))
    index: int | None = None
    if not missing:

        async def work() -> tuple[int, ...]:
            async with joining.closing(seat.tools.link(folder.relay)) as link:
                return await joining.enrol(seat.vault, folder, link, [document], now=seat.now())

        (index,) = run(work())
    else:
        note(f"{missing} more root signature(s) needed: pass {file} on to the next root")
    emit(
        seat.as_json,
        {
            "channel": folder.channel,
            "party": asked.party,
            "role": asked.role,
            "key": key.id,
            "holder": asked.holder,
            "not_after": when(asked.not_after),
            "missing": missing,
            "index": index,
        },
        [
            f"key        {asked.role} {key.id.hex()[:16]}, until {when(asked.not_after)}",
            f"enrolled   entry {index}"
            if index is not None
            else f"missing    {missing} of the roots",
        ],
    )


@member.command(
    epilog=example(
        "paraph member grant legal_adviser", "paraph member grant 3f2a9c01 --from 20 --json"
    )
)
@click.argument("key", metavar="KEY|ROLE")
@click.option("--all", "everything", is_flag=True, help="Whatever it cannot open.  [default]")
@click.option(
    "--from", "start", type=click.IntRange(min=0), metavar="N", help="Only from entry N on."
)
@click.option("--channel", "name", default="", help="Start of its id, or `internal`.")
@seated
def grant(seat: Seat, *, key: str, everything: bool, start: int | None, name: str) -> None:
    """Give the past to a key of your party that was enrolled after things were said.

    KEY is the start of an id that `paraph member list` shows; a ROLE will do where one key has it.
    A key of a head_of_delegation or registrar at this home says it, in the log; the other person's
    next `paraph sync` reads on. What does not open at this home is counted, and stays closed.
    A repeat makes nothing twice.
    """
    if everything and start is not None:
        raise InputError("expected --all or --from, not both")
    run(_grant(seat, key, start or 0, name))


async def _grant(seat: Seat, text: str, start: int, name: str) -> None:
    from paraph.client.channel import granting

    role = granting.granting_role(seat.vault.content, seat.channel(name).channel)
    async with at_desk(seat, name, role) as (desk, _):
        found = granting.find_recipient(desk, text)
        with progress("entries granted", quiet=seat.as_json) as tick:
            done = await granting.grant(desk, found, start=start, tick=tick)
        count, unopened = _counted(done.entries), _counted(done.unopened)
        placed = [row.index for row in done.statements if row.index >= 0]
        lines = [
            f"key        {found.role} {found.id.hex()[:16]}",
            f"granted    {count}"
            + (f", in {', '.join(f'#{index}' for index in placed)}" if placed else ""),
        ]
        if done.unopened:
            lines.append(f"unopened   {unopened}, from #{done.unopened[0]} on")
        lines.append(
            "reads      everything"
            if done.halt is None
            else f"reads      up to #{done.halt}, which is closed to it"
        )
        emit(
            seat.as_json,
            {
                "party": found.party,
                "role": found.role,
                "key": found.id,
                "state": "logged" if done.is_logged else "queued",
                "granted": len(done.entries),
                "unopened": done.unopened,
                "statements": placed,
                "halt": done.halt,
            },
            lines,
        )
        if done.unopened:
            note("hint: another home of your party may open the rest: run the command there too")
        if not done.is_logged:
            raise UnavailableError(
                "the relay did not answer: grants wait in the outbox",
                code="queued",
                hint="run the same command again: nothing is made or sent twice",
            )


def _counted(entries: tuple[int, ...]) -> str:
    return f"{len(entries)} {'entry' if len(entries) == 1 else 'entries'}"


@member.command(
    epilog=example(
        "paraph member revoke 3f2a9c01 --reason lost",
        "paraph member revoke legal_adviser --reason compromised --since 57 -o end.file",
        "paraph member revoke end.file",
    )
)
@click.argument("key", metavar="KEY|ROLE|FILE")
@click.option("--reason", type=click.Choice(REASONS), help="Why.  [required but with FILE]")
@click.option(
    "--since",
    type=click.IntRange(min=1),
    default=None,
    metavar="N",
    help="Somebody else may have had it from entry N on: what it said is contested.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="For the next root.")
@click.option("--yes", is_flag=True, help="Do not ask first.")
@click.option("--channel", "name", default="", help="Start of its id, or `internal`.")
@seated
def revoke(
    seat: Seat,
    *,
    key: str,
    reason: str | None,
    since: int | None,
    output: Path | None,
    yes: bool,
    name: str,
) -> None:
    """End a key of your party for good: lost, compromised, or left behind.

    Roots sign for signatory, head_of_delegation and registrar; a registrar may sign for the rest.
    Below the threshold the paper is written to -o and travels: the next root gives it as FILE.
    What the key said before stands; --since contests what it said from there on. Revoke a key in
    each channel that it speaks in. A person goes on with `paraph member request` in a home.
    """
    from paraph.client.channel import joining, revoking
    from paraph.client.keys import cards
    from paraph.client.log.replica import Replica

    paper = Path(key) if Path(key).is_file() else None
    if (paper is None) != (reason is not None) or (paper is not None and since is not None):
        raise InputError(
            "expected KEY with --reason, or the FILE that another root has signed",
            hint=f"--reason is one of {', '.join(REASONS)}",
        )
    folder, content = seat.channel(name), seat.vault.content

    async def fetch() -> None:
        async with joining.closing(seat.tools.link(folder.relay)) as link:
            replica = Replica.load(folder)
            try:
                prefix = replica.log.charter.origin_prefix
                carried = joining.carrier(content, folder.channel)
                await replica.sync(await link.open(folder.channel, prefix, carried))
            finally:
                replica.close()

    run(fetch())
    replica = Replica.load(folder)
    try:
        if paper is None:
            document = revoking.draft(replica.log, content.party, key, str(reason), since or 0)
        else:
            document = cards.read(paper, cards.KeyEnd).revocation
        found = revoking.read(document, replica.log, content.party)
    finally:
        replica.close()
    what = f"the {found.role} {found.id.hex()[:16]}"
    if found.revoked_at is None and not yes and not _ends(what):
        raise InputError(
            f"{what} was not revoked",
            code="not-confirmed",
            hint="it cannot be undone; give --yes, or answer y on a terminal",
        )
    document, missing = revoking.sign(content, folder.channel, found, document)
    at: int | None = None
    if missing:
        output = output or paper or Path(f"{found.id.hex()[:16]}.revocation")
        cards.write(output, cards.KeyEnd(revocation=document))
        note(f"{missing} more root signature(s) needed: pass {output} on to the next root")
    else:

        async def work() -> int:
            async with joining.closing(seat.tools.link(folder.relay)) as link:
                return await revoking.place(content, folder, link, document)

        at = run(work())
    emit(
        seat.as_json,
        {
            "channel": folder.channel,
            "party": found.party,
            "role": found.role,
            "key": found.id,
            "missing": missing,
            "index": at,
            "file": str(output) if missing else None,
        },
        [
            f"key        {found.role} {found.id.hex()[:16]}",
            f"revoked    entry {at}" if at is not None else f"missing    {missing} of the roots",
        ],
    )


def _ends(what: str) -> bool:
    import sys

    return sys.stdin.isatty() and click.confirm(f"End {what} for good?", err=True)


@member.command("list", epilog=example("paraph member list", "paraph member list --words"))
@click.option("--words", "spoken", is_flag=True, help="The words of each key, to be read out.")
@click.option("--channel", "name", default="", help="Start of its id, or `internal`.")
@seated
def list_(seat: Seat, name: str, *, spoken: bool) -> None:
    """List every key of a channel, of both parties, as this home has verified them.

    HOLDER is the opaque id of a person, as `paraph powers --holder` wants it: no name is kept.
    The words of a new key of yours are what the other side asks for before it accepts it.
    """
    from paraph.client.keys import members
    from paraph.client.log.replica import Replica
    from paraph.client.negotiating import newcomers

    folder = seat.channel(name)
    replica = Replica.load(folder)
    try:
        log_time, own = replica.log.log_time, _own_keys(seat)
        exercise = replica.log.charter.exercise
        found = [
            {
                "party": each.party,
                "role": each.role,
                "key": each.id.hex(),
                "holder": each.holder.hex(),
                "since": each.enrolled_at,
                "not_after": when(each.not_after),
                "revoked": each.revoked_at,
                "state": _state(members.standing(replica.log.trust, each, log_time), each),
                "own": each.id in own,
            }
            for each in replica.log.trust.members()
        ]
        said = {
            each.id.hex(): newcomers.spoken(each) for each in replica.log.trust.members() if spoken
        }
    finally:
        replica.close()
    if exercise:
        note("EXERCISE")
    if not found:
        note("hint: nothing was fetched yet: paraph sync")
    columns: tuple[str, ...] = ("party", "role", "holder", "key", "since", "until", "state")
    rows: list[tuple[str, ...]] = [
        (
            str(each["party"]),
            str(each["role"]),
            str(each["holder"])[:8],
            str(each["key"])[:16],
            str(each["since"]),
            str(each["not_after"])[:10],
            str(each["state"]) + (" (this home)" if each["own"] else ""),
            *(f"{language}: {words}" for language, words in said.get(str(each["key"]), {}).items()),
        )
        for each in found
    ]
    columns += ("words", "") if spoken else ()
    emit(
        seat.as_json,
        {
            "channel": folder.channel,
            "exercise": exercise,
            "members": [
                {**each, "words": said[str(each["key"])]} if spoken else each for each in found
            ],
        },
        table(columns, rows),
    )


def _own_keys(seat: Seat) -> frozenset[bytes]:
    # Without the passphrase nothing is marked as one's own: looking on needs no secret.
    if "vault" not in seat.__dict__:
        return frozenset()
    return frozenset(key.id for key in seat.vault.content.keys)


def _state(standing: str, member: Member) -> str:
    if standing == "revoked":
        return f"revoked at {member.revoked_at}"
    return standing.replace("_", " ")
