from pathlib import Path

from paraph.client.web import pages


def test_every_view_is_listed_once() -> None:
    # The list names them a second time; what is in the folder decides.
    folder = Path(pages.__file__).parent
    there = {path.stem for path in folder.glob("*.py") if "ROUTES" in path.read_text("utf-8")}
    listed = [each.__name__.rpartition(".")[2] for each in pages._MODULES]  # noqa: SLF001 - it is this list
    assert sorted(listed) == sorted(there - {"__init__"})
