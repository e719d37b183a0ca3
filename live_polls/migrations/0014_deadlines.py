"""An index of the polls that have a deadline, for those who close them."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("live_polls", "0013_records_are_not_deleted")]

    operations = [
        migrations.AddIndex(
            model_name="poll",
            index=models.Index(
                condition=models.Q(("deadline__isnull", False)), fields=["deadline"], name="polls_with_a_deadline"
            ),
        ),
    ]
