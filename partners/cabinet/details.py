"""Details that a person checks before they change: an application, sent from here."""

from __future__ import annotations

from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from partners.cabinet.documents import LONGEST_BODY
from partners.cabinet.door import Answer, fits, for_partner, page
from partners.cabinet.forms import DetailsForm
from partners.cabinet.session import Visit
from partners.errors import NotPossible
from partners.services import own_details


@csrf_exempt  # as with documents: the length is looked at before the body is read
@require_http_methods(["GET", "HEAD", "POST"])
@for_partner
def show(request: HttpRequest, visit: Visit) -> Answer:
    if request.method == "POST" and not fits(request, LONGEST_BODY):
        form = DetailsForm(initial=own_details.values(visit.partner))
        said = _("Файл слишком большой: уменьшите его и отправьте снова.")
        return _details(request, visit, form, said=said, status=413)
    return _form(request, visit)


@csrf_protect
def _form(request: HttpRequest, visit: Visit) -> Answer:
    form = DetailsForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        initial=own_details.values(visit.partner),
    )
    if not form.is_valid():
        return _details(request, visit, form, status=422 if form.is_bound else 200)
    file = request.FILES.get("file")
    try:
        application = own_details.ask(
            visit.partner.pk, data=form.cleaned_data, files=[file] if file else []
        )
    except NotPossible as error:
        return _details(request, visit, form, said=str(error), status=409)
    visit.say(
        _("Заявка № %(number)s отправлена. Проверим за 1 рабочий день и напишем.")
        % {"number": application.number}
    )
    return redirect("partners:cabinet-profile")


def _details(
    request: HttpRequest, visit: Visit, form: DetailsForm, *, said: str = "", status: int = 200
) -> Answer:
    context = {
        "form": form,
        "trouble": said,
        "waiting": own_details.open_change(visit.partner),
    }
    return page(request, visit, "cabinet/details.html", context, status=status)
