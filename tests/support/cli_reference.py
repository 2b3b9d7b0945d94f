"""Writes docs/reference/cli.md: the words around are here, the help is that of the commands.

Run it after a change of any command: ``python -m tests.support.cli_reference``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
from click.testing import CliRunner

from paraph.client.cli import COMMANDS, cli, exits
from paraph.client.writing.drafts import EXAMPLE

PATH: Final = Path(__file__).parents[2] / "docs" / "reference" / "cli.md"
WIDTH: Final = 90

_HEAD: Final = """\
# The command `paraph`

Every command below is shown with its own `--help`; a test keeps this page equal to it.

## What all commands share

- `--home DIR` is the folder of one person: key file, verified logs, outbox.
  Without it, `PARAPH_HOME`, then the platform's folder for data.
- `--passphrase-file FILE` (mode 0600) holds the passphrase; without it, `PARAPH_PASSPHRASE_FILE`,
  then a prompt that does not echo.
- `--json` prints one JSON object on standard output: times in ISO 8601 UTC, bytes as hex.
  What is about one channel begins with `channel` and `exercise`.
  A record shown as it was signed (`statement`, `content`, `parts`, `mandates`) keeps its own
  fields: its times are POSIX milliseconds.
  `--example` prints its file, with `--json` too.
  After a mistake nothing stands on standard output.
- What went wrong stands on standard error: one line `error:` with a code in brackets, one line
  `hint:` that says what to do.
- `EXERCISE`, warnings, alarms and progress stand on standard error too.
- Control characters and characters that turn the direction of writing, in the words of others,
  are shown as `<U+001B>` and never reach the terminal.

## Exit codes

| code | meaning |
|---|---|
"""

_FILES: Final = """\
## The file that `paraph send` reads

```yaml
{example}```

## What `--json` prints

| command | fields |
|---|---|
| `party init`, `party card` | `party, names, roots, threshold, signers, fingerprint, \
words{{en,ru}}, verified, own, file` |
| `party verify` | `party, fingerprint, who, how, at` |
| `party accept` | `channel, waiting[{{party, role, key, holder, since, enrolled_by, said}}]`; \
with KEY those fields and `who` |
| `channel propose`, `channel accept` below a threshold | `channel, file, exercise, languages, \
parties{{code: words}}, missing{{code: count}}, founded` |
| `channel accept`, `channel internal` | `channel, exercise, parties, languages, \
keys[{{role, key, state}}], trust, founded` |
| `channel list` | `channels[{{channel, name, parties, internal, exercise, languages, entries, \
relay}}]` |
| `member request` | `channel, party, role, key, holder, not_after, words, file` |
| `member add FILE` | `channel, party, role, key, holder, not_after, missing, index` |
| `member add --self` | `channel, role, key, state` |
| `member grant` | `channel, party, role, key, state, granted, unopened[index], \
statements[index], halt` |
| `member list` | `channel, members[{{party, role, key, holder, since, not_after, revoked, state, \
own}}]`; with `--words` each with `words{{en,ru}}` |
| `send`, `confirm`, `comment`, `dispatch`, `acknowledge` | `channel, id, type, state, index, \
negotiation` |
| `log` | `channel, exercise, size, root, synced, entries[row]` |
| `inbox` | `channel, exercise, size, root, synced, waiting[row]` |
| `show` | a row, and `statement, content, receipts, version` |
| `sync` | `channel, exercise, quorum, new, size, root, held, queued, read, halt, alarms` |

A *row* is `index, id, sent_at, dated, party, role, type, state, precedence, refused, why, summary`.
`state` is `queued`, `logged`, `held`, then the rung of a receipt (`fetched, displayed, in_charge, \
understood, answered`, or `not_taken`, `cannot_open`); `void(code)`, `withdrawn`, `unopened` and \
`held-back` (said under a key that is held here: its words are not shown) stand beside these.

The trust file that founding writes into the channel's folder is \
`{{"format": "paraph-trust/1", "origin": …, "log": [vkey, vkey], "roots": {{CODE: hex, …}}}}`.

## Commands
"""


def reference() -> str:
    """Return the whole page."""
    codes = "".join(f"| {code} | {meaning} |\n" for code, meaning in exits.MEANING.items())
    body = "".join(f"\n### `{path}`\n\n```text\n{text}```\n" for path, text in _helps())
    return _HEAD + codes + "\n" + _FILES.format(example=EXAMPLE) + body


def _helps() -> Iterator[tuple[str, str]]:
    yield "paraph", _help()
    for name in COMMANDS:
        yield f"paraph {name}", _help(name)
        command = cli.get_command(click.Context(cli), name)
        if isinstance(command, click.Group):
            for inner in command.commands:
                yield f"paraph {name} {inner}", _help(name, inner)


def _help(*path: str) -> str:
    result = CliRunner().invoke(
        cli, [*path, "--help"], prog_name="paraph", terminal_width=WIDTH, max_content_width=WIDTH
    )
    assert result.exit_code == 0, result.output
    return result.output


if __name__ == "__main__":
    PATH.parent.mkdir(exist_ok=True)
    PATH.write_text(reference())
