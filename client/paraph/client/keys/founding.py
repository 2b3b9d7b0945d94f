"""Founding: a party's roots and card, a charter for two, the first keys (SPEC 5.1).

Nothing here reaches a relay; what does is :mod:`paraph.client.channel.joining`. Every signature
in a file that somebody carried here is checked before anything is added to it, and a home signs
with its own roots only: below a threshold the file travels on to the next root.
"""

from __future__ import annotations

import dataclasses
import hmac
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from paraph.client.keys import cards
from paraph.client.keys.cards import CharterFile, PartyCard
from paraph.client.keys.home import Home, KnownPeer, VerifiedRoots
from paraph.client.keys.trust import anchor_of_charter, dump_trust
from paraph.client.keys.vault import Vault, VaultContent, VaultName, empty_content
from paraph.protocol import documents, roles, words
from paraph.protocol.buckets import sealed_attachment_size
from paraph.protocol.documents import (
    Charter,
    FoundingParty,
    Limits,
    Manifest,
    Name,
    Policy,
    Succession,
)
from paraph.protocol.errors import ForgedError, InputError, MisuseError, RefusedError
from paraph.protocol.keys import SecretKey
from paraph.protocol.names import ZERO, Context, Digest
from paraph.protocol.schema import Record
from paraph.protocol.sealed import SealingKey
from paraph.protocol.signed import read as read_envelope
from paraph.protocol.signed import sign
from paraph.protocol.statements.clear import TYPE_OF, CharterEntry, ManifestEntry
from paraph.protocol.statements.envelope import (
    MAX_BODY,
    VERSION,
    ClearContent,
    Seen,
    Statement,
)
from paraph.protocol.tree import EMPTY_ROOT
from paraph.protocol.wire import Admission, RelayCard, admission_message

LIMITS: Final = Limits(
    body_bytes=MAX_BODY, attachment_bytes=sealed_attachment_size(2 << 30), attachments=16
)
"""An attachment has up to 2 GiB before it is sealed."""
SILENCE_MINIMUM_MS: Final = 12 * 3600 * 1000
CARD_NAME: Final = "party.card"
MOST_ROOTS: Final = 5
"""Two sets of five still fit one charter entry with all their signatures."""


# ------------------------------------------------------------------ a party


def init_party(
    home: Home,
    code: str,
    names: Mapping[str, str],
    passphrase: bytes,
    *,
    roots: int = 3,
    threshold: int = 2,
    signers_needed: int = 2,
    cheap: bool = False,
) -> tuple[Vault, PartyCard]:
    """Make a party: its roots, its archive key, its key file and its card.

    Args:
        home: An empty home.
        code: The party's code.
        names: Display name by language, one at least.
        passphrase: Of the key file.
        roots: How many root keys.
        threshold: How many of them must sign.
        signers_needed: Distinct holders that must initial, and sign, an instrument: 1 to 4.
        cheap: Key file with the floor of its parameters.

    Raises:
        InputError: The home has a key file, or a value is out of its bounds.
    """
    if not 1 <= roots <= MOST_ROOTS:
        raise InputError(f"expected 1 to {MOST_ROOTS} roots")
    if not 1 <= threshold <= roots:
        raise InputError(f"expected a threshold of 1 to {roots}")
    keys = [SecretKey.generate() for _ in range(roots)]
    archive = SealingKey.generate()
    try:
        listed = tuple(Name(language=each, name=names[each]) for each in sorted(names))
        manifest = Manifest(
            party=code,
            number=1,
            channel=ZERO,
            previous=ZERO,
            names=listed,
            roots=tuple(sorted(key.public.raw for key in keys)),
            threshold=threshold,
            cosigners=(),
            archive=archive.public.raw,
            policy=Policy(
                initiallers=signers_needed,
                signatories=signers_needed,
                release=(roles.HEAD,),
                new_keys="root_signed",
            ),
        )
    except MisuseError as error:
        raise InputError(
            str(error),
            hint="a code has 2 to 8 capital letters; give a name as --name en='Ministry of …'",
        ) from error
    content = dataclasses.replace(
        empty_content(),
        party=code,
        names=tuple(VaultName(language=each.language, name=each.name) for each in listed),
        roots=tuple(key.seed for key in keys),
        root_publics=manifest.roots,
        root_threshold=threshold,
        archives=(archive.seed,),
    )
    signed = documents.countersign(documents.draft(manifest), Manifest, keys[:threshold])
    card = PartyCard(manifest=signed)
    vault = Vault.create(home.vault_path, passphrase, cheap=cheap, content=content)
    cards.write(home.path / CARD_NAME, card)
    return vault, card


def internal_card(home: Home, vault: Vault) -> PartyCard:
    """Make the first manifest of a further channel of this party: another archive, other keys.

    The archive's key is in the vault before the card exists, so that none is ever lost.

    Raises:
        InputError: This home holds too few roots, or none.
    """
    before = Manifest.decode(own_card(home).manifest.body)
    signers = vault.content.root_signers[: vault.content.root_threshold]
    if len(signers) < vault.content.root_threshold:
        raise InputError(
            f"expected {vault.content.root_threshold} roots in this home, found {len(signers)}",
            code="below-threshold",
            hint="use the home in which paraph party init was run",
        )
    archive = SealingKey.generate()
    vault.update(
        dataclasses.replace(vault.content, archives=(*vault.content.archives, archive.seed))
    )
    manifest = dataclasses.replace(before, archive=archive.public.raw)
    return PartyCard(manifest=documents.countersign(documents.draft(manifest), Manifest, signers))


def own_card(home: Home) -> PartyCard:
    """Return the card of this home's own party.

    Raises:
        InputError: There is none.
    """
    path = home.path / CARD_NAME
    if not path.exists():
        raise InputError(
            "expected a home that holds a party's roots",
            code="no-party",
            hint="paraph party init CODE makes one; a second person uses paraph member request",
        )
    return cards.read(path, PartyCard)


def root_digest(manifest: Manifest | FoundingParty) -> Digest:
    """Return what the words of this party's roots stand for."""
    code = manifest.party if isinstance(manifest, Manifest) else manifest.code
    return words.root_digest(code, manifest.threshold, list(documents.parse_roots(manifest.roots)))


def fingerprint(manifest: Manifest | FoundingParty) -> dict[str, str]:
    """Return the words of this party's roots, in each language that has a list."""
    digest = root_digest(manifest)
    return {"en": " ".join(words.words(digest, "en")), "ru": " ".join(words.words(digest, "ru"))}


def remember_peer(home: Home, card: PartyCard) -> Manifest:
    """Check another party's card and keep it.

    Raises:
        ForgedError: A signature fails.
        InputError: It is our own card.
    """
    manifest = cards.read_party(card)
    known = KnownPeer(code=manifest.party, card=card.encode())
    home.change_book(
        lambda book: dataclasses.replace(
            book,
            peers=tuple(sorted((*(each for each in book.peers if each.code != known.code), known))),
        )
    )
    return manifest


def verify_roots(
    home: Home, manifest: Manifest, typed: str, *, who: str, now: int, how: str = "words"
) -> VerifiedRoots:
    """Compare what the other side read out with the words of its card, and remember it.

    Args:
        home: Where it is remembered.
        manifest: From the other side's card.
        typed: The eight words, in English or Russian; with ``qr`` the fingerprint as hex.
        who: Who compared.
        now: When, POSIX ms.
        how: ``words``, ``qr``, or ``script`` for a demonstration.

    Raises:
        InputError: Not eight words of one list.
        ForgedError: The words of other roots.
    """
    digest = root_digest(manifest)
    if how == "qr":
        _check_code(typed, digest)
    else:
        words.check_words(typed, digest)
    found = VerifiedRoots(root_set=digest, code=manifest.party, who=who, how=how, at=now)
    home.change_book(
        lambda book: dataclasses.replace(
            book,
            verified=tuple(
                sorted((*(each for each in book.verified if each.root_set != digest), found))
            ),
        )
    )
    return found


def _check_code(scanned: str, digest: Digest) -> None:
    if not re.fullmatch("[0-9a-f]{64}", scanned.lower()):
        raise InputError("expected a fingerprint of 64 hex digits", hint="scan the code again")
    if not hmac.compare_digest(scanned.lower(), digest.hex()):
        raise ForgedError(
            "expected the code of this fingerprint",
            hint="scan it once more; if it still differs, somebody may stand between you",
        )


def admission(content: VaultContent, code: str) -> Admission:
    """Return what admits this home's root set with an operator's enrolment code.

    Raises:
        InputError: This home holds no root, or the code has another form.
    """
    root = require_root(content)
    ids = list(documents.parse_roots(content.root_publics))
    root_set = words.root_digest(content.party, content.root_threshold, ids)
    message = admission_message(code, root_set)
    try:
        return Admission(
            code=code,
            party=content.party,
            roots=content.root_publics,
            threshold=content.root_threshold,
            signature=root.sign(Context.POSSESSION, message),
        )
    except MisuseError as error:
        raise InputError(
            "expected an enrolment code of capital letters, digits and hyphens",
            hint="paraph-relay init prints one for each party",
        ) from error


def require_root(content: VaultContent) -> SecretKey:
    """Return a root that this home holds.

    Raises:
        InputError: It holds none.
    """
    if not content.roots:
        raise InputError(
            "expected a home that holds a root of its party",
            code="no-root",
            hint="use the home in which paraph party init was run",
        )
    return content.root_signers[0]


# ------------------------------------------------------------------ a charter


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a charter settles besides parties and relay.

    Attributes:
        languages: Working languages, in order.
        authentic: Those of equal authority; all, if empty.
        exercise: An exercise for good.
        retention_days: How long bodies are kept; 0 = no end.
        silence_minimum_ms: Shortest silence procedure after receipt.
    """

    languages: tuple[str, ...] = ("en", "ru")
    authentic: tuple[str, ...] = ()
    exercise: bool = False
    retention_days: int = 0
    silence_minimum_ms: int = SILENCE_MINIMUM_MS


def propose(parties: tuple[PartyCard, ...], relay: RelayCard, terms: Terms) -> CharterFile:
    """Return an unsigned charter between *parties*; one party makes its internal channel.

    Raises:
        ForgedError: A card's signature fails.
        InputError: The cards are of one party, or the terms do not fit each other.
    """
    read = sorted(
        ((cards.read_party(card), card) for card in parties), key=lambda each: each[0].party
    )
    if len({manifest.party for manifest, _ in read}) != len(read):
        raise InputError(
            "expected the card of another party",
            code="same-party",
            hint="paraph channel internal founds the channel of one party",
        )
    try:
        charter = Charter(
            version=VERSION,
            nonce=os.urandom(16),
            rules=1,
            exercise=terms.exercise,
            parties=tuple(cards.founding_party(card.manifest, each) for each, card in read),
            log_ed25519=relay.log_ed25519,
            log_mldsa44=relay.log_mldsa44,
            origin_prefix=relay.origin_prefix,
            languages=terms.languages,
            authentic=terms.authentic or terms.languages,
            limits=LIMITS,
            retention_days=terms.retention_days,
            silence_minimum_ms=terms.silence_minimum_ms,
            quorum="none",
            succeeds=Succession(channel=ZERO, size=0, root=ZERO),
        )
    except MisuseError as error:
        raise InputError(
            str(error), hint="a language is a code of two or three letters, each given once"
        ) from error
    return CharterFile(
        charter=documents.draft(charter),
        manifests=tuple(card.manifest for _, card in read),
        relay=relay,
        founding=(),
    )


def countersign(file: CharterFile, home: Home, content: VaultContent) -> CharterFile:
    """Add as many signatures of this home's roots as its party still lacks.

    Raises:
        PeerError: Something in the file does not verify.
        ForgedError: The charter names this party with other roots or another manifest.
        InputError: It is no charter of this party.
    """
    charter, missing = cards.read_charter_file(file)
    own = next((each for each in charter.parties if each.code == content.party), None)
    if own is None:
        raise InputError(
            f"expected a charter of {content.party or 'a party of this home'},"
            f" found {', '.join(each.code for each in charter.parties)}",
            code="not-a-party",
            hint="check --home, and ask for the right file",
        )
    if len(charter.parties) > 1:
        is_own = own.manifest == own_card(home).manifest.id
    else:  # an internal channel, with a manifest of its own
        is_own = (own.roots, own.threshold) == (content.root_publics, content.root_threshold)
    if not is_own:
        raise ForgedError(
            f"expected the charter to name the roots and the first manifest of {content.party}",
            hint="send your own party.card to the other side again, and have it propose anew",
        )
    lacking = missing[content.party]
    if not lacking:
        return file
    signed = {each.key for each in file.charter.signatures}
    free = [each for each in content.root_signers if each.public.id not in signed]
    document = documents.countersign(file.charter, Charter, free[:lacking])
    return dataclasses.replace(file, charter=document)


def complete(file: CharterFile, content: VaultContent, now: int) -> CharterFile:
    """Sign the founding entries once, if the charter is complete and nobody has yet.

    Store the file before it is submitted: the same bytes must be sent again after a crash.

    Raises:
        PeerError: Something in the file does not verify.
        RefusedError: Code ``oversize``: charter and signatures exceed one entry.
    """
    _, missing = cards.read_charter_file(file)
    if file.founding or any(missing.values()):
        return file
    root = require_root(content)
    channel = documents.channel_of(file.charter)
    payloads: list[Record] = [CharterEntry(document=file.charter)]
    payloads += [ManifestEntry(document=each) for each in file.manifests]
    envelopes: list[bytes] = []
    previous: bytes = channel
    for number, payload in enumerate(payloads, 1):
        statement = Statement(
            version=VERSION,
            type=TYPE_OF[type(payload)],
            channel=channel,
            sender=root.public.id,
            sequence=number,
            previous=previous,
            seen=Seen(size=0, root=EMPTY_ROOT),
            anchor=ZERO,
            sent_at=now,
            expires_at=0,
            precedence="routine",
            exclusive=False,
            content=ClearContent(payload=payload),
        )
        try:
            envelopes.append(sign(statement, root))
        except MisuseError as error:
            raise RefusedError(
                f"the charter and its signatures do not fit one entry: {error}",
                code="oversize",
                hint="use fewer roots",
            ) from error
        previous = read_envelope(envelopes[-1]).id
    return dataclasses.replace(file, founding=tuple(envelopes))


def trust_file(file: CharterFile) -> bytes:
    """Return the small file that an audit trusts: roots' fingerprints, origin, log keys."""
    charter = Charter.decode(file.charter.body)
    return dump_trust(anchor_of_charter(charter, documents.channel_of(file.charter)))


def save_trust(path: Path, file: CharterFile) -> None:
    """Write the trust file of a channel."""
    cards.save(path, trust_file(file))
