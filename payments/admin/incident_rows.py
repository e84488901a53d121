"""A payment's exceptions as rows of its page."""

from __future__ import annotations

from django.utils.translation import gettext as _

from integrations.admin.badges import moment
from integrations.admin.cards import Table, row_link
from payments.admin.badges import sum_of
from payments.admin.incident_words import kind_badge, state_badge
from payments.models import Payment
from payments.services.incidents import money_of

MOST = 20


def incidents_table(payment: Payment) -> Table:
    return Table(
        title=_("Исключения"),
        headers=(_("№"), _("обнаружено"), _("что случилось"), _("пришло"), _("состояние")),
        rows=[
            [
                row_link(row, f"№ {row.pk}"),
                moment(row.opened_at, seconds=True),
                kind_badge(row),
                sum_of(money_of(row)),
                state_badge(row),
            ]
            for row in payment.incidents.all()[:MOST]
        ],
        empty=_("С этим платежом всё шло как надо."),
    )
