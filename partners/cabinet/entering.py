"""In and out: a link by e-mail, one button behind the link, out here or everywhere."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partners.cabinet.door import Answer, for_anybody, own_path
from partners.cabinet.session import address_of, begin, end, visit_of
from partners.errors import LinkUseless, TooMany
from partners.services import sign_in


class AddressForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail компании"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_anybody
def ask(request: HttpRequest) -> Answer:
    """Ask for a link. The answer is the same whoever asks."""
    if visit_of(request) is not None:
        return redirect("partners:cabinet")
    form = AddressForm(request.POST or None)
    wanted = own_path(request.POST.get("next", "") or request.GET.get("next", ""))
    context = {"form": form, "next": wanted}
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "cabinet/sign_in.html", context, status=status)
    try:
        sign_in.request_link(
            form.cleaned_data["email"],
            remote_addr=address_of(request),
            language=(get_language() or "ru")[:2],
            next_page=wanted,
        )
    except TooMany:
        return render(request, "cabinet/sign_in.html", {**context, "too_many": True}, status=429)
    return redirect("partners:cabinet-sent")


@require_safe
@for_anybody
def sent(request: HttpRequest) -> Answer:
    minutes = int(sign_in.LASTS.total_seconds() // 60)
    return render(request, "cabinet/sent.html", {"minutes": minutes})


@require_http_methods(["GET", "HEAD", "POST"])
@for_anybody
def enter(request: HttpRequest, token: str) -> Answer:
    """What the letter's link opens: looking changes nothing, the button lets in."""
    wanted = own_path(request.GET.get("next", ""))
    try:
        if request.method != "POST":
            partner = sign_in.look(token)
            return render(request, "cabinet/enter.html", {"partner": partner})
        partner = sign_in.redeem(token)
    except LinkUseless:
        context = {"form": AddressForm(), "next": wanted}
        return render(request, "cabinet/useless.html", context, status=410)
    response = redirect(wanted or "partners:cabinet")
    begin(request, response, partner)
    return response


@require_POST
@for_anybody
def leave(request: HttpRequest) -> Answer:
    response = redirect("partners:cabinet-sign-in")
    end(request, response)
    return response


@require_POST
@for_anybody
def leave_everywhere(request: HttpRequest) -> Answer:
    visit = visit_of(request)
    if visit is not None:
        sign_in.sign_out_everywhere(visit.partner)
    response = redirect("partners:cabinet-sign-in")
    end(request, response)
    return response
