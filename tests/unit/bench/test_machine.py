"""What a run says about its machine."""

from __future__ import annotations

from pathlib import Path

from bench.machine import filesystem_of

MOUNTS = "/dev/vda / ext4 rw 0 0\nproc /proc proc rw 0 0\ntmpfs /tmp tmpfs rw 0 0\n"


def test_the_nearest_mount_says_the_file_system():
    assert filesystem_of(Path("/tmp/bench"), MOUNTS) == "tmpfs"  # noqa: S108 - read, not made
    assert filesystem_of(Path("/home/me/bench"), MOUNTS) == "ext4"
