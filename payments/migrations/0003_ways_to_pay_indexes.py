"""Indexes and rules for tables that hold rows already: built while the shop goes on selling."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

# Older entries said what they take back in their key only. The ledger refuses UPDATE, so its triggers rest meanwhile.
NAME_WHAT_WAS_TAKEN = """
BEGIN;
ALTER TABLE payments_dayentry DISABLE TRIGGER USER;
UPDATE payments_dayentry
SET reverses_id = substring(key FROM '^clawback:([0-9]{1,18})$')::bigint
WHERE kind = 'clawback';
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE payments_dayentry ENABLE TRIGGER USER;
COMMIT;
"""


def unique(name, table, column, condition):
    """A partial unique index, built without stopping writers."""
    return migrations.RunSQL(
        f"CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {table} ({column}) WHERE {condition}",
        f"DROP INDEX CONCURRENTLY IF EXISTS {name}",
    )


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("payments", "0002_ways_to_pay")]

    operations = [
        migrations.RunSQL(NAME_WHAT_WAS_TAKEN, migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="dayentry",
            index=models.Index(
                condition=models.Q(("reverses__isnull", False)),
                fields=["reverses"],
                name="days_taken_back",
            ),
        ),
        AddIndexConcurrently(
            model_name="payment",
            index=models.Index(
                condition=models.Q(("pay_link__isnull", False)),
                fields=["pay_link"],
                name="payments_by_pay_link",
            ),
        ),
        AddIndexConcurrently(
            model_name="payment",
            index=models.Index(
                condition=models.Q(("promo_code__isnull", False)),
                fields=["promo_code"],
                name="payments_by_promo_code",
            ),
        ),
        AddIndexConcurrently(
            model_name="payment",
            index=models.Index(
                condition=models.Q(("replaces__isnull", False)),
                fields=["replaces"],
                name="payments_by_replaced",
            ),
        ),
        AddIndexConcurrently(
            model_name="payment",
            index=models.Index(
                condition=models.Q(("saved_method__isnull", False)),
                fields=["saved_method"],
                name="payments_by_saved_method",
            ),
        ),
        AddIndexConcurrently(
            model_name="payment",
            index=models.Index(
                condition=models.Q(
                    ("status__in", ["created", "pending", "failed", "canceled", "expired"])
                ),
                fields=["poll_at"],
                name="payments_to_poll",
            ),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                unique(
                    "one_trial_per_customer",
                    "payments_dayentry",
                    "subscription_id",
                    "kind = 'trial'",
                )
            ],
            state_operations=[
                migrations.AddConstraint(
                    model_name="dayentry",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("kind", "trial")),
                        fields=("subscription",),
                        name="one_trial_per_customer",
                    ),
                ),
            ],
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                unique(
                    "one_channel_bonus_per_customer",
                    "payments_dayentry",
                    "subscription_id",
                    "kind = 'channel'",
                )
            ],
            state_operations=[
                migrations.AddConstraint(
                    model_name="dayentry",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("kind", "channel")),
                        fields=("subscription",),
                        name="one_channel_bonus_per_customer",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="dayentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "clawback"), ("reverses__isnull", False)),
                    models.Q(models.Q(("kind", "clawback"), _negated=True), ("reverses", None)),
                    _connector="OR",
                ),
                name="a_clawback_names_what_it_takes",
            ),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                unique(
                    "one_payment_per_renewal",
                    "payments_payment",
                    "renewal_key",
                    "renewal_key IS NOT NULL",
                )
            ],
            state_operations=[
                migrations.AddConstraint(
                    model_name="payment",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("renewal_key__isnull", False)),
                        fields=("renewal_key",),
                        name="one_payment_per_renewal",
                    ),
                ),
            ],
        ),
    ]
