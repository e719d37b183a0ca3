from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("live_polls", "0011_one_thing_on_stage")]

    operations = [
        migrations.AlterField(
            model_name="room",
            name="screen",
            field=models.CharField(
                choices=[
                    ("content", "Polls"),
                    ("blank", "Blank"),
                    ("join", "How to join"),
                    ("rounds", "Rounds compared"),
                    ("board", "Leaderboard"),
                    ("questions", "Top questions"),
                ],
                default="content",
                max_length=16,
                verbose_name="screen",
            ),
        ),
    ]
