"""What the countdown of each round was: rounds that were played go by the one that the poll has now."""

from __future__ import annotations

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def fill(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    polls = apps.get_model("live_polls", "Poll").objects.filter(points__gt=0)
    for poll in polls.iterator():
        poll.spans = {str(number): poll.seconds for number in range(1, poll.round + 1)}
        poll.save(update_fields=["spans"])


class Migration(migrations.Migration):
    dependencies = [("live_polls", "0014_deadlines")]

    operations = [
        migrations.AddField(
            model_name="poll",
            name="spans",
            field=models.JSONField(default=dict, editable=False, verbose_name="countdowns of rounds"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
