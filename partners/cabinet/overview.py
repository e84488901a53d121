"""The first page: how the partner stands, and what waits for him."""

from __future__ import annotations

from django.http import HttpRequest
from django.views.decorators.http import require_safe

from partners.cabinet.door import Answer, for_partner, page
from partners.cabinet.session import Visit
from partners.selectors.cabinet import overview_of


@require_safe
@for_partner
def show(request: HttpRequest, visit: Visit) -> Answer:
    return page(request, visit, "cabinet/overview.html", {"overview": overview_of(visit.partner)})
