"""The index by which helpers find what is due of one app: built while the shop goes on selling."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("integrations", "0008_watching")]

    operations = [
        AddIndexConcurrently(
            model_name="outboxmessage",
            index=models.Index(
                models.Func(
                    models.F("reaction"),
                    models.Value("."),
                    models.Value(1),
                    function="split_part",
                    output_field=models.CharField(),
                ),
                models.F("not_before"),
                models.F("id"),
                condition=models.Q(("delivered_at", None)),
                name="outbox_to_deliver_by_app",
            ),
        ),
    ]
