"""Documents as rows of the page they belong to."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from integrations.admin.badges import NOTHING
from integrations.admin.cards import Table, row_link
from partners.admin.words import file_badge, new_tab, review_badge, size_of
from partners.models import Document

VIEW = "partners.view_document"


def documents_table(documents: QuerySet[Document], user: AbstractBaseUser | AnonymousUser) -> Table:
    may_open = user.has_perm(VIEW)  # type: ignore[union-attr]
    return Table(
        title=_("Документы"),
        headers=(_("файл"), _("вид"), _("размер"), _("получен"), _("проверка"), _("замечание"), ""),
        rows=[
            [
                opened(document) if may_open else str(document),
                document.get_kind_display(),
                size_of(document.size),
                document.error or file_badge(document),
                review_badge(document),
                _remark(document),
                row_link(document, _("проверить")) if may_open else "",
            ]
            for document in documents
        ],
        empty=_("Документов нет."),
    )


def opened(document: Document) -> Any:
    """Its name, leading to the file in a new tab where there is one."""
    if document.status != Document.Status.STORED or not document.file:
        return str(document)
    return new_tab(str(document), reverse("admin:partners_document_file", args=[document.pk]))


def _remark(document: Document) -> str:
    if document.reviewed_by is None:
        return document.review_note or NOTHING
    words = [str(document.reviewed_by), document.review_note]
    return ": ".join(word for word in words if word)
