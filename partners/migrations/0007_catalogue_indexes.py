"""The catalogue's orders: built while the registry goes on being read and written."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Upper

LISTED = models.Q(("status", "active"))
BY_RATING = (
    models.F("rating").desc(nulls_last=True),
    models.F("ratings").desc(),
    models.F("id").desc(),
)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("partners", "0006_search_words")]

    operations = [
        AddIndexConcurrently("partner", index)
        for index in (
            models.Index(*BY_RATING, condition=LISTED, name="listed_by_rating"),
            models.Index(
                models.F("category"),
                *BY_RATING,
                condition=LISTED,
                name="listed_by_category_rating",
            ),
            models.Index(fields=["-published_at", "-id"], condition=LISTED, name="listed_newest"),
            models.Index(Upper("name"), "id", condition=LISTED, name="listed_by_name"),
            models.Index(
                fields=["id"],
                include=["code", "updated_at"],
                condition=LISTED,
                name="listed_in_blocks",
            ),
        )
    ]
