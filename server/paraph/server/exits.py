"""How ``paraph-relay`` ends, for scripts and supervisors (OPERATING.md)."""

from __future__ import annotations

from typing import Final

FAILED: Final = 1
USAGE: Final = 2
UNREACHABLE: Final = 4
INTEGRITY: Final = 70
"""What is stored is not what was signed, or can no longer be known."""
