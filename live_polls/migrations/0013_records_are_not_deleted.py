"""The database refuses to delete a record, but where a room goes or retention says so (domain/record_gate.py).

The triggers name no table but their own: SQLite renames tables when it changes them, and looks through all triggers
then. It also makes a table anew that it changes, without its triggers: who changes the table of records on SQLite has
to call `forbid` here and in 0008 again.
"""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

MESSAGE = "records are never deleted"


def forbid(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "sqlite":
        editor.execute(
            "CREATE TRIGGER records_are_not_deleted BEFORE DELETE ON live_polls_record"
            f" WHEN NOT live_polls_records_may_go() BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        )
        return
    editor.execute(
        "CREATE OR REPLACE FUNCTION live_polls_records_are_not_deleted() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN IF current_setting('live_polls.records_may_go', true) = 'on' THEN RETURN OLD; END IF;"
        f" RAISE EXCEPTION '{MESSAGE}'; END $$"
    )
    editor.execute(
        "CREATE TRIGGER records_are_not_deleted BEFORE DELETE ON live_polls_record"
        " FOR EACH ROW EXECUTE FUNCTION live_polls_records_are_not_deleted()"
    )


def allow(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "sqlite":
        editor.execute("DROP TRIGGER IF EXISTS records_are_not_deleted")
        return
    editor.execute("DROP TRIGGER IF EXISTS records_are_not_deleted ON live_polls_record")
    editor.execute("DROP FUNCTION IF EXISTS live_polls_records_are_not_deleted()")


class Migration(migrations.Migration):
    dependencies = [("live_polls", "0012_questions_screen")]

    operations = [migrations.RunPython(forbid, allow)]
