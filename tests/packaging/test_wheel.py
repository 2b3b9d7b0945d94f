"""Run in the tree, and by .ci/run from outside it against the wheel alone."""

from importlib.metadata import files, version

from packaging.version import Version

import paraph


def test_the_distribution_owns_one_name() -> None:
    owned = files("paraph") or []
    tops = {path.parts[0] for path in owned if path.parts[0] != ".."}
    assert {top for top in tops if not top.endswith((".dist-info", ".pth"))} <= {"paraph"}


def test_nothing_generic_is_importable() -> None:
    generic = {path.parts[0] for path in files("paraph") or []} & {"server", "client", "protocol"}
    assert generic == set()


def test_paraph_is_a_namespace_that_no_file_owns() -> None:
    assert paraph.__spec__ is not None
    assert paraph.__spec__.origin is None
    assert not hasattr(paraph, "__version__")
    assert Version(version("paraph")) >= Version("0.1.0")
