"""The machine and what a process costs it, read from /proc (Linux)."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import ssl
from pathlib import Path
from typing import Final

import apsw

TICK_S: Final = 1 / os.sysconf("SC_CLK_TCK")
LIBRARIES: Final = ("cryptography", "aiohttp", "apsw", "msgpack")


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0))


def load() -> float:
    """Return the load average of the last minute."""
    return round(os.getloadavg()[0], 2)


def facts() -> dict[str, str | int]:
    """Return what a reader needs to compare figures of two machines."""
    return {
        "cores": cores(),
        "machine": platform.machine(),
        "kernel": platform.release(),
        "memory_mib": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20,
        "python": platform.python_version(),
        **{each: importlib.metadata.version(each) for each in LIBRARIES},
        "sqlite": apsw.sqlite_lib_version(),
        "openssl": ssl.OPENSSL_VERSION.split()[1],
    }


def cpu_s(pid: int) -> float:
    """Return the CPU seconds of a process, all its threads, and every process below it."""
    return sum(_own_cpu_s(each) for each in _tree(pid))


def resident_mib(pid: int) -> float:
    """Return the resident memory of a process and of every process below it."""
    pages = sum(int(_read(each, "statm").split()[1]) for each in _tree(pid))
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def bytes_under(directory: Path) -> int:
    """Return the bytes of every file under *directory*."""
    return sum(each.stat().st_size for each in directory.rglob("*") if each.is_file())


def _tree(pid: int) -> list[int]:
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += _tree(int(child))
    return found


def _own_cpu_s(pid: int) -> float:
    # After the command's name, which may hold anything: utime and stime are fields 14 and 15,
    # those of children that ended are 16 and 17.
    fields = _read(pid, "stat").rpartition(")")[2].split()
    return sum(int(each) for each in fields[11:15]) * TICK_S


def _read(pid: int, name: str) -> str:
    return Path(f"/proc/{pid}/{name}").read_text()
