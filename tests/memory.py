"""How much memory a process holds, by what the operating system says."""

from __future__ import annotations

from pathlib import Path


def rss_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS:"))
