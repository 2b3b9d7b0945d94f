"""`paraph completion`: the script that lets a shell complete commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from paraph.client.cli.context import example
from paraph.protocol.errors import MisuseError

SHELLS = ("bash", "zsh", "fish")


@click.command(
    epilog=example(
        'eval "$(paraph completion bash)"',
        "paraph completion fish > ~/.config/fish/completions/paraph.fish",
    )
)
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print the completion script of a shell."""
    from paraph.client.cli import cli

    found = get_completion_class(shell)
    if found is None:
        raise MisuseError(f"expected one of {', '.join(SHELLS)}")
    click.echo(found(cli, {}, "paraph", "_PARAPH_COMPLETE").source())
