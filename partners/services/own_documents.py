"""Papers and the logo that a partner uploads himself."""

from __future__ import annotations

from datetime import timedelta
from typing import BinaryIO

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from integrations.clock import now
from partners.errors import FileRefused
from partners.models import Document, Partner
from partners.services import documents, own_changes
from partners.services.logos import small_png
from partners.services.profile import Change

MOST = 100  # papers of one partner
MOST_A_DAY = 30
KINDS = (
    Document.Kind.LICENCE,
    Document.Kind.CERTIFICATE,
    Document.Kind.REGISTRATION,
    Document.Kind.PORTFOLIO,
    Document.Kind.OTHER,
)


def add(partner_id: int, *, file: BinaryIO, name: str, kind: str) -> Document:
    """Keep a paper for staff to look at. Raises FileRefused with the reason in the active language."""
    if kind not in KINDS:
        raise FileRefused(_("выберите вид документа"))
    with transaction.atomic():
        # Uploads of one partner are counted one after the other.
        partner = Partner.objects.select_for_update(of=("self",)).get(pk=partner_id)
        kept = Document.objects.filter(partner=partner)
        if kept.count() >= MOST:
            raise FileRefused(_("документов уже %(most)s, больше не поместится") % {"most": MOST})
        if kept.filter(created_at__gt=now() - timedelta(days=1)).count() >= MOST_A_DAY:
            raise FileRefused(_("сегодня загружено много файлов, продолжите завтра"))
        return documents.keep_file(file=file, name=name, kind=kind, partner=partner)


def set_logo(partner_id: int, *, file: BinaryIO, remote_addr: str | None = None) -> None:
    """Put up a picture, drawn anew as PNG. Raises FileRefused for what is no picture."""
    documents.examine(file, kind=Document.Kind.LOGO)
    try:
        picture = small_png(file.read())
    except (OSError, ValueError, SyntaxError):
        raise FileRefused(_("картинка повреждена: откройте её у себя и сохраните заново")) from None

    def act(partner: Partner) -> list[Change]:
        before = partner.logo.name or ""
        partner.logo.save(f"{partner.code}.png", ContentFile(picture), save=False)
        return [Change("logo", before, partner.logo.name or "")]

    own_changes.change(partner_id, act, remote_addr=remote_addr)


def drop_logo(partner_id: int, *, remote_addr: str | None = None) -> None:
    def act(partner: Partner) -> list[Change]:
        if not partner.logo:
            return []
        before, partner.logo = partner.logo.name or "", ""
        return [Change("logo", before, "")]

    own_changes.change(partner_id, act, remote_addr=remote_addr)
