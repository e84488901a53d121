"""The partner's data: what the public sees, what he changes at once, what a person looks at first."""

from __future__ import annotations

from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partners.cabinet.door import Answer, for_partner, page
from partners.cabinet.forms import ProfileForm, profile_values
from partners.cabinet.session import Visit
from partners.services import news, own_changes, own_details


@require_safe
@for_partner
def show(request: HttpRequest, visit: Visit) -> Answer:
    partner = visit.partner
    context = {
        "category": partner.category.title(partner.language),
        "specialisations": [term.title(partner.language) for term in partner.specialisations.all()],
        "regions": [term.title(partner.language) for term in partner.regions.all()],
        "waiting": own_details.open_change(partner),
        "news_on": news.is_on(partner),
        "news_wording": news.wording(),
        "cities": [city.name for city in partner.cities.all()],
    }
    return page(request, visit, "cabinet/profile.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_partner
def edit(request: HttpRequest, visit: Visit) -> Answer:
    partner = visit.partner
    form = ProfileForm(
        request.POST if request.method == "POST" else None,
        initial=profile_values(partner),
        language=partner.language,
    )
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return page(request, visit, "cabinet/profile_edit.html", {"form": form}, status=status)
    done = own_changes.change_profile(partner.pk, form.cleaned_data, remote_addr=visit.remote_addr)
    visit.say(_("Сохранено. На странице уже новые данные.") if done else _("Изменений нет."))
    return redirect("partners:cabinet-profile")


@require_POST
@for_partner
def switch_news(request: HttpRequest, visit: Visit) -> Answer:
    """Whether news come by e-mail."""
    wanted = request.POST.get("on") == "1"
    news.switch(visit.partner, on=wanted, remote_addr=visit.remote_addr)
    visit.say(_("Новости будут приходить.") if wanted else _("Новости больше не придут."))
    return redirect("partners:cabinet-profile")
