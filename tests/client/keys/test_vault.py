"""The key file: slow to guess, committed to one passphrase, private, and never half written."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from paraph.client.keys import vault as vaults
from paraph.client.keys.vault import HeldKey, Vault, VaultContent, VaultHeader, empty_content
from paraph.protocol.errors import InputError, LockedError, MalformedError, OutOfTurnError
from paraph.protocol.keys import SecretKey
from paraph.protocol.names import ChannelId
from paraph.protocol.sealed import SealingKey

PASSPHRASE = b"correct horse battery staple"
derive = functools.lru_cache(maxsize=512)(vaults.derive_key)


def a_key(role: str = "desk_officer") -> HeldKey:
    return HeldKey(
        channel=bytes(32),
        role=role,
        holder=bytes(16),
        signing=SecretKey.generate().seed,
        sealing=SealingKey.generate().seed,
        not_after=1,
        state="asked",
    )


def a_content(*keys: HeldKey) -> VaultContent:
    return VaultContent(
        party="RUS",
        names=(),
        holder=bytes(range(16)),
        roots=(SecretKey.generate().seed,),
        root_publics=(),
        root_threshold=1,
        archives=(SealingKey.generate().seed,),
        keys=tuple(sorted(keys)),
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    path = tmp_path_factory.mktemp("vault") / "vault"
    return Vault.create(path, PASSPHRASE, cheap=True, content=a_content(a_key(), a_key("bot")))


def test_what_was_written_is_read_again(made: Vault) -> None:
    again = Vault.open(made.path, PASSPHRASE, derive=derive)
    assert again.content == made.content
    header, _, _ = vaults.split_file(made.path.read_bytes())
    assert header.memory_kib == vaults.CHEAP_MEMORY_KIB
    key = again.content.held(ChannelId(bytes(32)), "bot")[0]
    assert key.id == SecretKey.from_seed(key.signing).public.id
    assert key.opener.public.id == SealingKey.from_seed(key.sealing).public.id
    assert again.content.root_signers[0].seed == made.content.roots[0]
    assert len(again.content.archive_openers) == 1


def test_a_wrong_passphrase_is_locked_and_says_what_to_do(made: Vault) -> None:
    with pytest.raises(LockedError, match="does not open") as caught:
        Vault.open(made.path, b"wrong", derive=derive)
    assert caught.value.hint


def test_every_byte_flipped_is_refused(made: Vault, tmp_path: Path) -> None:
    whole = made.path.read_bytes()
    path = tmp_path / "vault"
    for at in range(len(whole)):
        bent = bytearray(whole)
        bent[at] ^= 1
        path.write_bytes(bent)
        path.chmod(0o600)
        with pytest.raises((LockedError, MalformedError)):
            Vault.open(path, PASSPHRASE, derive=derive)
    path.write_bytes(whole)  # the positive control: nothing else about the file is refused
    assert Vault.open(path, PASSPHRASE, derive=derive).content == made.content


def test_a_file_cut_short_or_lengthened_is_refused(made: Vault) -> None:
    whole = made.path.read_bytes()
    header, _, _ = vaults.split_file(whole)
    key = derive(header, PASSPHRASE)
    for bent in (whole[:-1], whole[:200], whole + b"\0"):
        with pytest.raises(LockedError):
            vaults.open_file(bent, key)
    for bent in (b"", whole[:3], whole[:10]):
        with pytest.raises(MalformedError):
            vaults.open_file(bent, key)


@pytest.mark.parametrize(
    "change",
    [
        {"iterations": 2},
        {"iterations": 17},
        {"memory_kib": 64 * 1024 - 1},
        {"memory_kib": 1024 * 1024 + 1},
        {"lanes": 0},
        {"lanes": 17},
        {"format": 2},
    ],
)
def test_parameters_out_of_bounds_are_refused_before_the_derivation_runs(
    made: Vault, tmp_path: Path, change: dict[str, int]
) -> None:
    header, old, ciphertext = vaults.split_file(made.path.read_bytes())
    planted = object.__new__(VaultHeader)
    planted.__dict__.update({**header.__dict__, **change})
    new = planted.encode()
    path = tmp_path / "vault"
    path.write_bytes(len(new).to_bytes(4, "little") + new + ciphertext)
    path.chmod(0o600)
    assert new != old

    def never(_: VaultHeader, __: bytes) -> bytes:
        pytest.fail("the derivation ran")

    with pytest.raises(MalformedError):
        Vault.open(path, PASSPHRASE, derive=never)


def test_parameters_are_bound_even_within_their_bounds(made: Vault) -> None:
    header, _, ciphertext = vaults.split_file(made.path.read_bytes())
    planted = VaultHeader(**{**header.__dict__, "iterations": 4}).encode()
    bent = len(planted).to_bytes(4, "little") + planted + ciphertext
    with pytest.raises(LockedError):  # although the key is the right one
        vaults.open_file(bent, derive(header, PASSPHRASE))


def test_the_usual_parameters_are_far_above_the_floor() -> None:
    assert (vaults.ITERATIONS, vaults.LANES, vaults.MEMORY_KIB) == (3, 4, 256 * 1024)
    assert vaults.CHEAP_MEMORY_KIB == 64 * 1024


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_file_that_others_can_read_is_refused(made: Vault, tmp_path: Path, mode: int) -> None:
    path = tmp_path / "vault"
    path.write_bytes(made.path.read_bytes())
    path.chmod(mode)
    with pytest.raises(InputError) as caught:
        Vault.open(path, PASSPHRASE, derive=derive)
    assert caught.value.code == "mode"
    assert "chmod 600" in caught.value.hint


def test_a_new_file_is_for_its_owner_alone(made: Vault) -> None:
    assert made.path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in made.path.parent.iterdir() if ".vault." in each.name] == [
        ".vault.lock"
    ]


def test_an_update_is_written_and_draws_a_new_nonce(tmp_path: Path) -> None:
    vault = Vault.create(tmp_path / "vault", PASSPHRASE, cheap=True)
    before = vault.path.read_bytes()
    vault.update(vault.content)
    after = vault.path.read_bytes()
    _, header, first = vaults.split_file(before)
    _, same, second = vaults.split_file(after)
    assert header == same
    assert first[:24] != second[:24]
    vault.update(a_content(a_key()))
    assert Vault.open(vault.path, PASSPHRASE, derive=derive).content == vault.content


def test_an_update_over_somebody_elses_update_is_refused(tmp_path: Path) -> None:
    first = Vault.create(tmp_path / "vault", PASSPHRASE, cheap=True)
    second = Vault.open(first.path, PASSPHRASE, derive=derive)
    second.update(a_content(a_key()))
    with pytest.raises(OutOfTurnError, match="another process"):
        first.update(empty_content())
    assert Vault.open(first.path, PASSPHRASE, derive=derive).content == second.content


def test_nothing_is_overwritten_and_no_empty_passphrase_is_taken(made: Vault) -> None:
    with pytest.raises(InputError, match="already"):
        Vault.create(made.path, PASSPHRASE, cheap=True)
    with pytest.raises(InputError, match="not empty"):
        Vault.create(made.path.with_name("other"), b"", cheap=True)
    with pytest.raises(InputError, match="expected a key file at"):
        Vault.open(made.path.with_name("missing"), PASSPHRASE)
