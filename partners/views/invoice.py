"""The invoice of a payment page as a file: whoever has the page's secret link may take it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from partners.services import billing
from payments.errors import NotPossible
from payments.services.pay_pages import find_page, payment_on


@require_safe
@never_cache
def invoice(request: HttpRequest, token: str) -> HttpResponse:
    page = find_page(token)
    payment = payment_on(page) if page else None
    if payment is None:
        raise Http404
    try:
        content = billing.invoice_pdf(payment)
    except NotPossible:
        raise Http404 from None
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="invoice-{payment.number}.pdf"',
            "X-Robots-Tag": "noindex, nofollow",
            "Referrer-Policy": "same-origin",
        },
    )
