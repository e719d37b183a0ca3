from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("live_polls", "0003_picture_alt")]

    operations = [
        migrations.RemoveConstraint(model_name="extratime", name="one_extra_time_a_round"),
        migrations.RenameField(model_name="extratime", old_name="participant", new_name="voice"),
        migrations.AlterField(
            model_name="extratime", name="voice", field=models.CharField(max_length=32, verbose_name="voice")
        ),
        migrations.AddField(
            model_name="extratime",
            name="n_asked",
            field=models.PositiveSmallIntegerField(default=1, verbose_name="times asked"),
        ),
        migrations.AddConstraint(
            model_name="extratime",
            constraint=models.UniqueConstraint(fields=("poll", "round", "voice"), name="one_extra_time_a_round"),
        ),
        migrations.AddField(
            model_name="room",
            name="compared",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text="The two rounds that stages compare; empty: the last.",
                verbose_name="rounds compared",
            ),
        ),
        migrations.AlterField(
            model_name="room",
            name="screen",
            field=models.CharField(
                choices=[
                    ("content", "Polls"),
                    ("blank", "Blank"),
                    ("join", "How to join"),
                    ("rounds", "Rounds compared"),
                ],
                default="content",
                max_length=8,
                verbose_name="screen",
            ),
        ),
    ]
