"""Who did what with one row, as the back office wrote it down."""

from __future__ import annotations

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.utils.translation import gettext as _

from integrations.admin.badges import moment
from integrations.admin.cards import Table


def history_of(row: Model, *, most: int, newest_first: bool = False) -> Table:
    """At most `most` acts of staff on this row; one query beside the content type, which Django keeps."""
    entries = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(row), object_id=str(row.pk)
    )
    order = "-action_time" if newest_first else "action_time"
    return Table(
        title=_("Кто и что делал"),
        headers=(_("когда"), _("кто"), _("что")),
        rows=[
            [moment(entry.action_time, seconds=True), entry.user, entry.get_change_message()]
            for entry in entries.select_related("user").order_by(order)[:most]
        ],
        empty=_("Никто ещё ничего не делал."),
    )
