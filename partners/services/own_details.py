"""What the tax service knows of a partner, and the e-mail that opens the cabinet, change by an application only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from integrations.services import post
from partners.errors import NotPossible
from partners.models import Application, Partner
from partners.services import applications, profile

FIELDS = (
    "company",
    "legal_form",
    "inn",
    "ogrn",
    "kpp",
    "director",
    "legal_address",
    "email",
    "comment",
)


def open_change(partner: Partner) -> Application | None:
    """The change that nobody has decided yet."""
    ours = Application.objects.filter(
        partner=partner, form=Application.Form.UPDATE, status__in=Application.OPEN
    )
    return ours.order_by("-pk").first()


def values(partner: Partner) -> dict[str, str]:
    """The present details, by the names of an application."""
    return {
        name: str(getattr(partner, profile.TEXTS[name])) for name in FIELDS if name != "comment"
    }


def ask(
    partner_id: int,
    *,
    data: Mapping[str, Any],
    files: Iterable[UploadedFile[Any]] = (),
) -> Application:
    """Send the details in `data` to be checked. Raises NotPossible: nothing differs, or a change is being looked at."""
    with transaction.atomic():
        partner = Partner.objects.select_for_update(of=("self",)).get(pk=partner_id)
        waiting = open_change(partner)
        if waiting is not None:
            said = _("Прошлое изменение ещё на проверке: заявка № %(number)s.")
            raise NotPossible(said % {"number": waiting.number})
        told = {name: str(data.get(name) or "") for name in FIELDS}
        changed = profile.changes(partner, told)
        if not changed:
            raise NotPossible(_("Вы ничего не изменили."))
        corrected = Application.objects.filter(
            partner=partner,
            form=Application.Form.UPDATE,
            status=Application.Status.CORRECTION,
        )
        application = applications.submit(
            form=Application.Form.UPDATE,
            source=Application.Source.CABINET,
            raw={**told, "partner_code": partner.code, "phone": partner.phone},
            language=partner.language,
            partner=partner,
            previous=corrected.order_by("-pk").first(),
            files=files,
        )
        if any(change.field == "email" for change in changed):
            _warn(partner, application, told["email"])
    return application


def _warn(partner: Partner, application: Application, email: str) -> None:
    """Whoever reads the present mailbox hears that it is about to lose the cabinet."""
    post.write(
        key=f"email-change:{application.pk}",
        kind="email_change",
        to=partner.email,
        language=partner.language,
        context={
            "partner": partner.name,
            "code": partner.code,
            "email": email,
            "number": application.number,
        },
        case=application.case,
    )
