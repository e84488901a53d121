"""How often the partner was shown, and how he answers."""

from __future__ import annotations

from django.http import HttpRequest
from django.views.decorators.http import require_safe

from partners.cabinet.door import Answer, for_partner, page
from partners.cabinet.session import Visit
from partners.selectors.statistics import HEIGHT, PERIODS, STEP, statistics_of


@require_safe
@for_partner
def show(request: HttpRequest, visit: Visit) -> Answer:
    wanted = request.GET.get("days", "")
    period = next((days for days in PERIODS if str(days) == wanted), 30)
    rate = visit.partner.response_rate
    context = {
        "statistics": statistics_of(visit.partner, period=period),
        "periods": PERIODS,
        "height": HEIGHT,
        "bar": STEP - 2,
        "share": None if rate is None else round(100 * rate),
    }
    return page(request, visit, "cabinet/statistics.html", context)
