"""What axe-core finds wrong with a page, as one readable message."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Page

SCRIPT: Final = Path(__file__).parent / "vendor/axe.min.js"
# Everything that a page must meet and what is good practice besides. `region` stands among the
# latter and is kept: what is outside of every landmark is not found by who jumps between them.
RUN: Final = """
async (rules) => {
  const only = rules.length ? { runOnly: { type: "rule", values: rules } } : {};
  const found = await axe.run(document, { resultTypes: ["violations"], ...only });
  return found.violations.map(({ id, help, nodes }) => ({
    id,
    help,
    nodes: nodes.slice(0, 5).map(({ target, failureSummary }) => ({
      target: target.join(" "),
      why: failureSummary,
    })),
    count: nodes.length,
  }));
}
"""


@functools.cache
def _script() -> str:
    return SCRIPT.read_text(encoding="utf-8")


async def violations(page: Page, *rules: str) -> list[dict[str, Any]]:
    """Return what axe finds on the page as it is now: id, help, count, first nodes.

    Args:
        page: The page.
        rules: Ids of the rules to try; none for all of them.
    """
    # Evaluated, not added as an element: the page's policy holds for its own elements.
    await page.evaluate(_script())
    found: list[dict[str, Any]] = await page.evaluate(RUN, list(rules))
    return found


def told(found: list[dict[str, Any]]) -> str:
    """Return violations as lines."""
    lines = []
    for each in found:
        lines.append(f"{each['id']}: {each['help']} ({each['count']} times)")
        for node in each["nodes"]:
            why = " / ".join(line.strip() for line in node["why"].splitlines()[1:])
            lines.append(f"    {node['target']}: {why}")
    return "\n".join(lines)


async def axe(page: Page, *rules: str) -> None:
    """Fail if axe finds anything wrong with the page as it is now; see :func:`violations`."""
    found = await violations(page, *rules)
    assert not found, f"{page.url}\n{told(found)}"
