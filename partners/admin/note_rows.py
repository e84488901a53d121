from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from integrations.admin.badges import moment
from integrations.admin.cards import Table
from partners.models import Note


def notes_table(notes: QuerySet[Note]) -> Table:
    return Table(
        title=_("Заметки"),
        headers=(_("когда"), _("кто"), _("заметка")),
        rows=[[moment(note.created_at), note.staff, note.text] for note in notes],
        empty=_("Заметок нет."),
    )
