"""A poll or a question is on stage, never both: comparing rounds had left the question there."""

from __future__ import annotations

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def choose(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    both = apps.get_model("live_polls", "Room").objects.exclude(current=None).exclude(current_question=None)
    both.update(current_question=None)


class Migration(migrations.Migration):
    dependencies = [("live_polls", "0010_counters")]

    operations = [
        migrations.RunPython(choose, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="room",
            constraint=models.CheckConstraint(
                condition=models.Q(("current", None), ("current_question", None), _connector="OR"),
                name="one_thing_on_stage",
            ),
        ),
    ]
