"""A record may outlive its room, and the database itself refuses to change one.

`actor` is left out: it becomes empty when an account is deleted. Deleting is for retention, and for rooms that go.
"""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

FIXED = "room_id, at, by, verb, object_sort, object_code, object_name, details"
MESSAGE = "records are never changed"


def forbid(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    columns = ", ".join(f'"{name}"' for name in FIXED.split(", "))
    if editor.connection.vendor == "sqlite":
        editor.execute(
            f"CREATE TRIGGER records_stay BEFORE UPDATE OF {columns} ON live_polls_record"
            f" BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        )
        return
    editor.execute(
        "CREATE OR REPLACE FUNCTION live_polls_records_stay() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{MESSAGE}'; END $$"
    )
    editor.execute(
        f"CREATE TRIGGER records_stay BEFORE UPDATE OF {columns} ON live_polls_record"
        " FOR EACH ROW EXECUTE FUNCTION live_polls_records_stay()"
    )


def allow(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "sqlite":
        editor.execute("DROP TRIGGER IF EXISTS records_stay")
        return
    editor.execute("DROP TRIGGER IF EXISTS records_stay ON live_polls_record")
    editor.execute("DROP FUNCTION IF EXISTS live_polls_records_stay()")


class Migration(migrations.Migration):
    dependencies = [("live_polls", "0007_spellings")]

    operations = [
        migrations.AlterField(
            model_name="record",
            name="room",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="records",
                to="live_polls.room",
                verbose_name="room",
            ),
        ),
        migrations.RunPython(forbid, allow),
    ]
