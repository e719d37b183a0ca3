"""The machine of a run, in the words that belong above its figures."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

from bench.target import ROOT

PACKAGES = ("django", "channels", "uvicorn", "uvloop", "websockets", "picows")


def describe_machine(folder: Path) -> list[str]:
    """Return lines that say where and with what the run was made; `folder` holds its databases."""
    load = os.getloadavg()[0]
    return [
        f"machine: {os.cpu_count()} cores, {_cpu_model()}, {platform.platform()}, load {load:.1f} before the run",
        f"versions: Python {platform.python_version()}, "
        + ", ".join(f"{name} {version(name)}" for name in PACKAGES)
        + f", node {_node_version()}; commit {_commit()}",
        f"data: {folder.parent} on {filesystem_of(folder, Path('/proc/mounts').read_text())}",
    ]


def filesystem_of(folder: Path, mounts: str) -> str:
    """Return the kind of file system a folder is on; in `tmpfs` nothing is ever synced."""
    places = [line.split()[1:3] for line in mounts.splitlines()]
    above = [(len(place), kind) for place, kind in places if folder.is_relative_to(place)]
    # Of two mounts on the same place the later one counts.
    return max(above, key=lambda found: found[0])[1] if above else "unknown"


def _cpu_model() -> str:
    found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1] if found else platform.machine()


def _node_version() -> str:
    return _output("node", "--version").lstrip("v") or "absent"


def _commit() -> str:
    return _output("git", "rev-parse", "--short", "HEAD") or "unknown"


def _output(program: str, *arguments: str) -> str:
    path = shutil.which(program)
    if path is None:
        return ""
    done = subprocess.run([path, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=10, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""
