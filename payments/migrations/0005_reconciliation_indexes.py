"""Indexes of reconciliation on tables that may hold rows: built while the shop goes on selling."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("payments", "0004_reconciliation")]

    operations = [
        AddIndexConcurrently(
            model_name="reconciliationline",
            index=models.Index(fields=["key", "-id"], name="differences_by_key"),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS one_running_reconciliation"
                    " ON payments_reconciliationrun (subject) WHERE status = 'running'",
                    "DROP INDEX CONCURRENTLY IF EXISTS one_running_reconciliation",
                )
            ],
            state_operations=[
                migrations.AddConstraint(
                    model_name="reconciliationrun",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("status", "running")),
                        fields=("subject",),
                        name="one_running_reconciliation",
                    ),
                )
            ],
        ),
    ]
