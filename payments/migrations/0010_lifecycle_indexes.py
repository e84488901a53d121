"""The index of reminders that wait: built while the shop goes on selling."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("payments", "0009_lifecycle")]

    operations = [
        AddIndexConcurrently(
            model_name="reminder",
            index=models.Index(
                condition=models.Q(("status", "planned")), fields=["id"], name="reminders_to_send"
            ),
        ),
    ]
