from django.db import migrations, models
from django.db.models import F


def name_processes(apps, schema_editor):
    """Rows of the releases before: one for each kind of process, wherever it ran."""
    apps.get_model("integrations", "Heartbeat").objects.filter(process="").update(process=F("name"))


class Migration(migrations.Migration):
    dependencies = [
        ("integrations", "0006_mailbox_places"),
    ]

    operations = [
        migrations.AddField(
            model_name="heartbeat",
            name="process",
            field=models.CharField(db_default="", default="", max_length=40),
        ),
        migrations.RunPython(name_processes, migrations.RunPython.noop),
    ]
