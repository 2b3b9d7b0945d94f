"""Writes the word lists of protocol/SPEC.md 7.7 from the lists themselves; see spec_tables."""

from paraph.protocol.negotiation.lint import BUILT_IN

OPEN, CLOSE = "<!-- word lists -->\n", "<!-- end of word lists -->"


def table() -> str:
    """Return the units and the treaty wording of every language, as a table."""
    rows = ["| language | what | phrases |", "|---|---|---|"]
    for language, lists in sorted(BUILT_IN.items()):
        named = [*sorted(lists.units.items()), ("treaty wording", lists.treaty)]
        rows += [
            f"| {language} | {name} | {', '.join(f'`{each}`' for each in phrases)} |"
            for name, phrases in named
        ]
    return "\n" + "\n".join(rows) + "\n\n"


def renew(spec: str) -> str:
    """Return *spec* with the word lists as they are, where it has a place for them."""
    if OPEN not in spec:
        return spec
    before, opened, rest = spec.partition(OPEN)
    _, closed, after = rest.partition(CLOSE)
    return before + opened + table() + closed + after
