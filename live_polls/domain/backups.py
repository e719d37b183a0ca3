"""A safe copy of everything, and the way back.

Copying a live SQLite file tears it; SQLite's own backup does not, and nobody has to stop voting. PostgreSQL has
its own tools, which are used. Restoring gives every room a new epoch, so that screens which hold newer versions of an
older time let go of them.
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db import connection

from live_polls.models import Room
from live_polls.models.room import new_epoch

MOST_TRIES = 10
# All tables at once and before anything else: who has read one table is waited for, who comes later waits.
_LOCK_ALL = """
DO $$ DECLARE one regclass; BEGIN
  FOR one IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace ORDER BY relname
  LOOP EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', one); END LOOP;
END $$
"""
_RENEW_EPOCHS = "UPDATE live_polls_room SET epoch = left(md5(id::text || gen_random_uuid()::text), 8)"


class BackupError(Exception):
    """The copy could not be made or brought back; the sentence says why, and what is as it was."""


def back_up(target: Path) -> None:
    """Write a copy of the database to `target`, which must not exist; people may vote meanwhile.

    The copy appears under its name only when it is whole.
    """
    if target.exists():
        raise BackupError(f"{target} exists already; nothing was written.")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        unfinished = Path(folder) / target.name
        if connection.vendor == "sqlite":
            _copy_sqlite(Path(connection.settings_dict["NAME"]), unfinished)
        else:
            _run_postgres("pg_dump", "--format=custom", f"--file={unfinished}")
        unfinished.rename(target)


def restore(source: Path) -> int:
    """Replace the database by the copy in `source` and give every room a new epoch; how many rooms there are.

    Until the copy has been read and found sound, everything stays as it was.
    """
    if not source.is_file():
        raise BackupError(f"There is no file {source}; nothing was changed.")
    if connection.vendor == "sqlite":
        return _restore_sqlite(source)
    return _restore_postgresql(source)


def _copy_sqlite(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)


def _restore_sqlite(source: Path) -> int:
    """Prepare the copy beside the database, epochs and all; then bring it in by SQLite's own backup, under locks."""
    database = Path(connection.settings_dict["NAME"])
    with tempfile.TemporaryDirectory(dir=database.parent, prefix=".restore-") as folder:
        prepared = Path(folder) / "prepared.sqlite3"
        shutil.copyfile(source, prepared)
        n_rooms = _prepare(prepared, source)
        connection.close()
        with closing(sqlite3.connect(prepared)) as copy, closing(sqlite3.connect(database, timeout=20)) as live:
            copy.backup(live)
    return n_rooms


def _prepare(copy: Path, source: Path) -> int:
    try:
        with closing(sqlite3.connect(copy)) as prepared:
            if prepared.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise BackupError(f"{source} is damaged; nothing was changed.")
            rooms = prepared.execute("SELECT id FROM live_polls_room").fetchall()
            prepared.executemany(
                "UPDATE live_polls_room SET epoch = ? WHERE id = ?", [(new_epoch(), room_id) for (room_id,) in rooms]
            )
            prepared.commit()
    except sqlite3.DatabaseError as error:
        raise BackupError(f"{source} is not a backup of live_polls ({error}); nothing was changed.") from error
    return len(rooms)


def _restore_postgresql(source: Path) -> int:
    """Bring the copy in and renew the epochs in one transaction: nobody may read an old version under a living epoch.

    What is in the copy is written out first: a copy that is torn is found before anything is touched.
    """
    with tempfile.TemporaryDirectory(prefix="live_polls-restore-") as folder:
        script = Path(folder) / "copy.sql"
        _run_postgres("pg_restore", "--clean", "--if-exists", "--no-owner", f"--file={script}", str(source))
        for n_left in reversed(range(MOST_TRIES)):
            try:
                _run_postgres(
                    *("psql", "--no-psqlrc", "--quiet", "--output=/dev/null", "--set=ON_ERROR_STOP=1"),
                    *("--single-transaction", f"--command={_LOCK_ALL}", f"--file={script}"),
                    *("--command=RESET search_path", f"--command={_RENEW_EPOCHS}"),
                )
                break
            except BackupError as error:
                # Who reads holds one table and wants the next, in no order: it was they or we. Nothing has been done yet.
                if not n_left or "deadlock detected" not in str(error):
                    raise
    return Room.objects.count()


def _run_postgres(program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's own programs on our database; the password goes by the environment, not the list."""
    path = shutil.which(program)
    if path is None:
        raise BackupError(f"{program} is not installed; it comes with PostgreSQL's client programs.")
    facts: dict[str, Any] = connection.get_connection_params()
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
    environment = {names[key]: str(value) for key, value in facts.items() if key in names and value}
    done = subprocess.run(  # noqa: S603 -- a program of our choice, with arguments of our choice
        [path, *arguments],
        env={"PATH": str(Path(path).parent), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BackupError(f"{program} failed: {done.stderr.strip()}")
