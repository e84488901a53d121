"""An approved application becomes a partner, or changes one. Belongs inside the transaction of the decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.core.files.base import ContentFile
from django.utils.translation import gettext as _

from integrations.clock import now
from partners.errors import NotPossible, PartnerExists
from partners.models import Application, Category, Document, Partner
from partners.services import accounts, desk, profile, search
from partners.services.codes import next_code

log = structlog.get_logger(__name__)

Form = Application.Form
LOGOS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}


@dataclass(frozen=True, slots=True)
class Published:
    partner: Partner
    is_new: bool
    changes: list[profile.Change]


def publish(
    application: Application, *, category: Category | None = None, over_existing: bool = False
) -> Published:
    """Create or update the partner of an application whose row the caller holds.

    `category` is the one chosen by a person where the application names none. Another partner of the same INN is
    changed only when that is wished for (`over_existing`): otherwise PartnerExists. Raises NotPossible where
    something is missing that a partner cannot be without.
    """
    if application.form == Form.REGISTRATION:
        published = _register(application, category, over_existing=over_existing)
    else:
        published = _change(application)
    _attach_documents(application, published.partner)
    accounts.ensure_account(published.partner)
    search.refresh(published.partner)
    application.partner = published.partner
    return published


def withdraw(application: Application) -> Partner | None:
    """Take a partner out of sight whose registration turned out wrong; changes of data stay as they are."""
    if application.form != Form.REGISTRATION or application.partner is None:
        return None
    partner = Partner.objects.select_for_update(of=("self",)).get(pk=application.partner.pk)
    if partner.status in (Partner.Status.HIDDEN, Partner.Status.CLOSED):
        return partner
    partner.status = Partner.Status.HIDDEN
    partner.status_reason = _("решение по заявке № %(number)s изменено") % {
        "number": application.number
    }
    partner.updated_at = now()
    partner.save(update_fields=["status", "status_reason", "updated_at"])
    return partner


def _register(
    application: Application, category: Category | None, *, over_existing: bool
) -> Published:
    # Drawn first: its lock also keeps two registrations of one company apart.
    code = next_code()
    existing = application.partner or desk.rival_of(application)
    if existing is not None and existing.pk != application.partner_id and not over_existing:
        said = _("Партнёр с таким ИНН уже есть: %(partner)s.") % {"partner": existing}
        raise PartnerExists(said, partner_id=existing.pk)
    data = application.data
    if not application.inn:
        raise NotPossible(_("В заявке не прочитан ИНН: попросите исправить её."))
    if existing is not None:
        partner = Partner.objects.select_for_update(of=("self",)).get(pk=existing.pk)
        changes = profile.changes(partner, data)
    else:
        partner, changes = Partner(code=code), []
    answer = profile.last_answer(application.inn)
    values = profile.columns(data)
    values |= {"inn": application.inn, "legal_form": profile.legal_form_of(data)}
    if category is not None:
        values["category"] = category
    if "category" not in values and existing is None:
        raise NotPossible(_("В заявке нет категории: выберите её."))
    values |= profile.registry_columns(answer)
    values |= {"status": Partner.Status.ACTIVE, "status_reason": ""}
    if existing is None:
        values |= {"language": application.language, "published_at": now()}
    _write(partner, values, verified_at=answer.received_at if answer else None)
    profile.set_terms(partner, data)
    return Published(partner, existing is None, changes)


def _change(application: Application) -> Published:
    found = application.partner or partner_named(application)
    if found is None:
        raise NotPossible(_("Не нашли партнёра, которого касается заявка: нет такого кода и ИНН."))
    partner = Partner.objects.select_for_update(of=("self",)).get(pk=found.pk)
    if application.form != Form.UPDATE:
        return Published(partner, is_new=False, changes=[])
    changes = profile.changes(partner, application.data)
    said = {change.field: application.data[change.field] for change in changes}
    inn = str(said.get("inn") or partner.inn)
    rival = Partner.objects.filter(inn=inn).exclude(pk=partner.pk).first()
    if rival is not None:
        text = _("Партнёр с таким ИНН уже есть: %(partner)s.") % {"partner": rival}
        raise PartnerExists(text, partner_id=rival.pk)
    values = profile.columns(said)
    answer = profile.last_answer(inn) if profile.LEGAL & said.keys() else None
    values |= profile.registry_columns(answer)
    _write(partner, values, verified_at=answer.received_at if answer else partner.verified_at)
    profile.set_terms(partner, said)
    return Published(partner, is_new=False, changes=changes)


def partner_named(application: Application) -> Partner | None:
    """The partner an update speaks of: by its code, else by its INN."""
    if code := str(application.data.get("partner_code") or "").strip().upper():
        return Partner.objects.filter(code=code).first()
    return Partner.objects.filter(inn=application.inn).first() if application.inn else None


def _write(partner: Partner, values: dict[str, Any], *, verified_at: Any) -> None:
    if partner.pk and values.get("email", partner.email) != partner.email:
        partner.session_epoch += 1  # whoever reads the old mailbox is no longer the partner
    for column, value in values.items():
        setattr(partner, column, value)
    low, high = partner.budget_from, partner.budget_to
    if low is not None and high is not None and low > high:
        partner.budget_from, partner.budget_to = high, low
    partner.verified_at = verified_at
    # Whom nobody has asked about is asked about at the next round.
    pause = timedelta(hours=settings.PARTNER_RECHECK_HOURS) if verified_at else timedelta()
    partner.recheck_at = now() + pause
    partner.updated_at = now()
    partner.save()


def _attach_documents(application: Application, partner: Partner) -> None:
    application.documents.filter(partner=None).update(partner=partner)
    logo = (
        application.documents.filter(
            kind=Document.Kind.LOGO, status=Document.Status.STORED, content_type__in=LOGOS
        )
        .exclude(review=Document.Review.REJECTED)
        .first()
    )
    if logo is None or not logo.file:
        return
    try:
        with logo.file.open("rb") as file:
            picture = ContentFile(file.read())
    except OSError:
        log.warning("partners.logo_lost", document=logo.pk)
        return
    name = f"{partner.code}-{logo.sha256[:8] or logo.pk}.{LOGOS[logo.content_type]}"
    partner.logo.save(name, picture, save=False)
    partner.save(update_fields=["logo"])
