"""The payment page: no sign-in, the link itself is the secret. Works without JavaScript; with it, it is live."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import wraps
from io import BytesIO

import segno
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_POST, require_safe

from integrations.errors import IntegrationError
from integrations.sealing import sealed
from payments.errors import (
    AlreadyOpening,
    CheckTooSoon,
    InvoiceRefused,
    NotForSale,
    TooSoon,
    UnknownPayment,
)
from payments.models import PayLink, PaymentEvent
from payments.provider import Method
from payments.services.checkout import cancel_payment, start_checkout
from payments.services.checks import check_payment
from payments.services.page_state import purpose_of, state_of
from payments.services.pay_pages import find_page, payment_on

PageView = Callable[[HttpRequest, PayLink], HttpResponse]
STATE_SECONDS = 3  # between two looks of an open page
SHOWN = "payments:pay"


def by_token(view: PageView) -> Callable[[HttpRequest, str], HttpResponse]:
    """Find the page, speak its customer's language, and keep the secret address out of caches, referrers and search."""

    @wraps(view)
    def with_page(request: HttpRequest, token: str) -> HttpResponse:
        page = find_page(token)
        if page is None:
            raise Http404
        with override(page.customer.language):
            response = view(request, page)
        return sealed(response)

    return with_page


@require_safe
@by_token
def show(request: HttpRequest, page: PayLink) -> HttpResponse:
    return _page(request, page)


@require_safe
@by_token
def state(request: HttpRequest, page: PayLink) -> HttpResponse:
    """The part of the page that changes; 204 while it has not."""
    shown = state_of(page)
    if request.headers.get("X-Known-State") == shown.mark:
        return HttpResponse(status=204)
    html = render_to_string("payments/pay_state.html", {"state": shown, "page": page}, request)
    return HttpResponse(html, headers={"X-State": shown.mark})


@require_POST
@by_token
def choose(request: HttpRequest, page: PayLink) -> HttpResponse:
    """Open an invoice the chosen way, or say in plain words why there is none."""
    try:
        payment = start_checkout(
            customer_id=page.customer_id,
            plan_id=page.plan_id,
            provider=request.POST.get("provider", ""),
            method=Method(request.POST.get("method", "")),
            shown_amount=Decimal(request.POST.get("shown", "")),
            purpose=purpose_of(page, payment_on(page)),
            pay_link=page,
            save_method=page.customer.is_partner and request.POST.get("save") == "on",
        )
    except AlreadyOpening:
        return redirect(SHOWN, page.token)
    except (NotForSale, ValueError, InvalidOperation):
        said = _("Цена или тариф изменились. Посмотрите новые условия и выберите способ ещё раз.")
    except TooSoon as error:
        said = _("Подождите %(seconds)s с и выберите способ ещё раз.") % {"seconds": error.seconds}
    except InvoiceRefused:
        said = _("Этим способом сейчас оплатить нельзя. Деньги не списаны. Выберите другой способ.")
    except IntegrationError:
        said = _(
            "Платёжная система не ответила. Деньги не списаны. Повторите или выберите другой способ."
        )
    else:
        # An open invoice for the same thing is shown where it was opened.
        return redirect(SHOWN, payment.pay_link.token if payment.pay_link else page.token)
    return _page(request, page, said=said, status=409)


@require_POST
@by_token
def check(request: HttpRequest, page: PayLink) -> HttpResponse:
    payment = payment_on(page)
    if payment is None:
        return redirect(SHOWN, page.token)
    try:
        payment = check_payment(payment_id=payment.pk, origin=PaymentEvent.Origin.CHECK)
    except CheckTooSoon as error:
        said = _("Проверить можно через %(seconds)s с.") % {"seconds": error.seconds}
    except (IntegrationError, UnknownPayment):
        said = _(
            "Платёжная система не ответила. Если вы заплатили, деньги не потеряются: мы узнаем сами."
        )
    else:
        if payment.paid_at is not None:
            return redirect(SHOWN, page.token)
        said = _("Денег пока не видно. Обычно они приходят за 1–3 минуты.")
    return _page(request, page, said=said)


@require_POST
@by_token
def cancel(request: HttpRequest, page: PayLink) -> HttpResponse:
    payment = payment_on(page)
    if payment is not None:
        cancel_payment(payment_id=payment.pk, customer_id=page.customer_id)
    return redirect(SHOWN, page.token)


@require_safe
@by_token
def qr(request: HttpRequest, page: PayLink) -> HttpResponse:
    """The code a phone reads from the screen: of the invoice while it is open, of the access link after."""
    now_shown = state_of(page)
    text = now_shown.access_url
    if now_shown.stage == "open" and now_shown.payment is not None:
        text = now_shown.payment.requisites.get("qr_payload", "") or now_shown.payment.pay_url
    if not text:
        raise Http404
    image = BytesIO()
    segno.make(text, error="m").save(image, kind="svg", scale=6, border=3, xmldecl=False)
    return HttpResponse(image.getvalue(), content_type="image/svg+xml")


def _page(
    request: HttpRequest, page: PayLink, *, said: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "state": state_of(page),
        "page": page,
        "said": said,
        "support_url": settings.SUPPORT_URL,
        "seconds": STATE_SECONDS,
    }
    return HttpResponse(render_to_string("payments/pay.html", context, request), status=status)
