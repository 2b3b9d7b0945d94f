"""What a bot opens in its home: the key file, the channel, its own key there."""

from __future__ import annotations

import os
from pathlib import Path

from paraph.client.keys import cards
from paraph.client.keys.home import ChannelHome, Home
from paraph.client.keys.passphrase import PASSPHRASE_VARIABLE, read_passphrase
from paraph.client.keys.vault import HeldKey, Vault
from paraph.protocol import roles
from paraph.protocol.errors import InputError


def open_vault(home: Home, given: bytes | str | Path | Vault | None) -> Vault:
    """Return the open key file of a home.

    Args:
        home: The home.
        given: Its passphrase, or the path of a file that holds it; PARAPH_PASSPHRASE_FILE if
            nothing. An open key file is returned as it is.

    Raises:
        InputError: No passphrase.
        LockedError: Another passphrase.
    """
    if isinstance(given, Vault):
        return given
    if isinstance(given, bytes):
        return Vault.open(home.vault_path, given)
    chosen = given or os.environ.get(PASSPHRASE_VARIABLE)
    if not chosen:
        raise InputError(
            "expected a passphrase",
            code="passphrase",
            hint=f"give passphrase=, or set {PASSPHRASE_VARIABLE} to the path of its file",
        )
    return Vault.open(home.vault_path, read_passphrase(Path(chosen)))


def shared_channel(home: Home) -> ChannelHome:
    """Return the one channel of a home, or the one that is shared with another party.

    Raises:
        InputError: None, or several.
    """
    folders = home.channels()
    if len(folders) > 1:
        files = ((each, cards.read(each.charter, cards.CharterFile)) for each in folders)
        shared = [each for each, file in files if len(file.manifests) > 1]
        if len(shared) == 1:
            return shared[0]
    return home.find_channel("")


def bot_key(vault: Vault, folder: ChannelHome) -> HeldKey:
    """Return the newest bot's key that a home has in a channel.

    Raises:
        InputError: It has none.
    """
    keys = [key for key in vault.content.held(folder.channel, roles.BOT) if key.state != "retired"]
    if not keys:
        raise InputError(
            "expected a bot's key in this channel",
            code="no-key",
            hint="paraph member add --self --role bot makes one",
        )
    return max(keys, key=lambda key: key.not_after)
