"""`paraph party`: make a party, show its card, verify the other side's roots by their words."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from paraph.client.cli.accept import accept
from paraph.client.cli.context import Seat, example, pairs, seated
from paraph.client.cli.output import emit, note
from paraph.client.clock import when
from paraph.protocol.errors import InputError

if TYPE_CHECKING:
    from paraph.client.keys.cards import PartyCard
    from paraph.protocol.documents import Manifest


@click.group(epilog=example("paraph party init USA --name en='Ministry of Example'"))
def party() -> None:
    """Make a party, show its card, verify the other side's roots, accept its new keys."""


party.add_command(accept)


@party.command(
    epilog=example(
        "paraph party init USA --name en='Ministry of Example' -o usa.card",
        "paraph party init RUS --name ru='Министерство' --name en='Ministry' --roots 1",
    )
)
@click.argument("code")
@click.option("--name", "names", multiple=True, metavar="LANG=TEXT", help="Display name; repeat.")
@click.option("--roots", default=3, show_default=True, help="Root keys to make.")
@click.option("--threshold", type=int, help="How many roots must sign.  [default: 2, or 1 of 1]")
@click.option(
    "--signers",
    default=2,
    show_default=True,
    help="Distinct persons that must initial, and sign, an instrument.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write the card here too.")
@click.option(
    "--small",
    is_flag=True,
    help="Key file for a machine with little memory: Argon2id with 64 MiB, not 256.",
)
@seated
def init(
    seat: Seat,
    *,
    code: str,
    names: tuple[str, ...],
    roots: int,
    threshold: int | None,
    signers: int,
    output: Path | None,
    small: bool,
) -> None:
    """Make the party CODE in an empty home: roots, archive key, key file, card.

    The card is what the other side needs of you. It holds no secret; it must reach them
    unaltered, which both of you then prove with `paraph party verify`.
    """
    from paraph.client.keys import cards, founding

    named = pairs(names, "--name")
    if not named:
        raise InputError(
            "expected a name of the party", hint="give --name en='Ministry of …', one per language"
        )
    if seat.home.vault_path.exists():
        raise InputError(
            f"there is a key file at {seat.home.vault_path} already",
            code="vault-exists",
            hint="choose another --home; one home is one person of one party",
        )
    needed = threshold if threshold is not None else min(2, roots)
    _, card = founding.init_party(
        seat.home,
        code,
        named,
        seat.passphrase(new=True),
        roots=roots,
        threshold=needed,
        signers_needed=signers,
        cheap=small,
    )
    if output:
        cards.write(output, card)
    manifest = cards.read_party(card)
    if roots == 1:
        note("note: one root signs alone; three roots, two of which sign, resist the loss of one")
    _print_card(seat, manifest, output or seat.home.path / founding.CARD_NAME, own=True)


@party.command(epilog=example("paraph party card --qr", "paraph party card --file rus.card"))
@click.option("--file", type=click.Path(path_type=Path), help="Show this card, not your own.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write your card here.")
@click.option("--qr", is_flag=True, help="Draw the fingerprint as a QR code, to be scanned.")
@seated
def card(seat: Seat, file: Path | None, output: Path | None, *, qr: bool) -> None:
    """Show a party's card, and the words of its roots in both languages."""
    from paraph.client.keys import cards, founding

    shown = cards.read(file, cards.PartyCard) if file else founding.own_card(seat.home)
    manifest = cards.read_party(shown)
    if output:
        cards.write(output, shown)
    _print_card(seat, manifest, output or file or seat.home.path / founding.CARD_NAME, own=not file)
    if qr and not seat.as_json:
        _draw(founding.root_digest(manifest))


def _draw(digest: bytes) -> None:
    import io

    import segno

    drawn = io.StringIO()
    segno.make(digest.hex().upper(), error="m").terminal(out=drawn, compact=True, border=2)
    click.echo(drawn.getvalue())


def _print_card(seat: Seat, manifest: Manifest, path: Path, *, own: bool) -> None:
    from paraph.client.keys import founding

    spoken = founding.fingerprint(manifest)
    digest = founding.root_digest(manifest)
    verified = seat.home.book.verification(digest)
    emit(
        seat.as_json,
        {
            "party": manifest.party,
            "names": {each.language: each.name for each in manifest.names},
            "roots": len(manifest.roots),
            "threshold": manifest.threshold,
            "signers": manifest.policy.signatories,
            "fingerprint": digest,
            "words": spoken,
            "verified": None
            if verified is None
            else {"who": verified.who, "how": verified.how, "at": when(verified.at)},
            "own": own,
            "file": str(path),
        },
        [
            f"party      {manifest.party}",
            *(f"name       {each.language}: {each.name}" for each in manifest.names),
            f"roots      {len(manifest.roots)}, of which {manifest.threshold} must sign",
            f"words en   {spoken['en']}",
            f"words ru   {spoken['ru']}",
            f"code       {digest.hex()}",
            f"verified   {_verified_line(verified, own=own)}",
            f"file       {path}",
        ],
    )


def _verified_line(verified: object, *, own: bool) -> str:
    from paraph.client.keys.home import VerifiedRoots

    if own:
        return "your own: read these words to the other side"
    if isinstance(verified, VerifiedRoots):
        return f"{when(verified.at)} by {verified.who} ({verified.how})"
    return "NO: paraph party verify"


@party.command(epilog=example("paraph party verify rus.card", "paraph party verify RUS"))
@click.argument("peer", metavar="CARD|CODE")
@click.option("--words", "typed", help="The eight words, instead of being asked for them.")
@click.option("--fingerprint", help="What a scanned code of theirs says, as hex, instead of words.")
@click.option("--who", help="Who compared.  [default: your user name]")
@seated
def verify(
    seat: Seat, peer: str, typed: str | None, fingerprint: str | None, who: str | None
) -> None:
    """Verify the other side's roots by the eight words that they read aloud.

    You type what you hear, over a line on which you know the voice; words in English or Russian
    are taken. Wrong words end with exit code 3 and change nothing.
    """
    from paraph.client.keys import cards, founding

    found = _peer(seat, peer)
    manifest = cards.read_party(found)
    own = founding.own_card(seat.home) if (seat.home.path / founding.CARD_NAME).exists() else None
    if own is not None:
        if own.manifest.id == found.manifest.id:
            raise InputError(
                "this is your own card",
                code="same-party",
                hint="give the card that the other side has sent",
            )
        mine = founding.fingerprint(cards.read_party(own))
        note("Read these words of yours aloud, in the language of the other side:")
        note(f"  en  {mine['en']}")
        note(f"  ru  {mine['ru']}")
    if typed is None and fingerprint is None:
        typed = click.prompt(f"The words that {manifest.party} reads", err=True, type=str)
    result = founding.verify_roots(
        seat.home,
        manifest,
        fingerprint or typed or "",
        who=who or getpass.getuser(),
        now=seat.now(),
        how="qr" if fingerprint else "words",
    )
    founding.remember_peer(seat.home, found)
    emit(
        seat.as_json,
        {
            "party": result.code,
            "fingerprint": result.root_set,
            "who": result.who,
            "how": result.how,
            "at": when(result.at),
        },
        [f"verified   {result.code}: {when(result.at)} by {result.who} ({result.how})"],
    )


def _peer(seat: Seat, peer: str) -> PartyCard:
    from paraph.client.keys import cards
    from paraph.protocol.documents import Manifest

    known = {each.code: each.card for each in seat.home.book.peers}
    if Path(peer).is_file():
        return cards.read(Path(peer), cards.PartyCard)
    if peer in known:
        return cards.PartyCard.decode(known[peer])
    # Who joined by a request was never given a card: the charter holds the same manifest.
    for folder in seat.home.channels():
        for document in cards.read(folder.charter, cards.CharterFile).manifests:
            if Manifest.decode(document.body).party == peer:
                return cards.PartyCard(manifest=document)
    return cards.read(Path(peer), cards.PartyCard)
