"""A version written for other programs and for paper: text, Markdown, JSON, annotations, AKN.

Copies, never the record: what binds are the digests of the renderings (SPEC 7.4). Marking and
EXERCISE stand in every one, and the words of a peer cannot become the form's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from paraph.client.negotiating.export import akn, machine, plain, web_annotations
from paraph.client.negotiating.export.subject import Subject

__all__ = ["FORMATS", "Subject"]

FORMATS: Final[Mapping[str, Callable[[Subject], str]]] = MappingProxyType(
    {
        "text": plain.text,
        "markdown": plain.markdown,
        "json": machine.json_text,
        "annotations": web_annotations.json_ld,
        "akn": akn.xml,
    }
)
"""Format to what writes it."""
