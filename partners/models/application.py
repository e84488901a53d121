from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from integrations.clock import now
from integrations.models import InboundCallback
from partners.models.partner import Partner
from partners.models.vocabulary import LegalForm


def new_status_token() -> str:
    """192 random bits: whoever has the link may see the application's state and correct it."""
    return secrets.token_urlsafe(24)


class Application(models.Model):
    """What somebody sent us to be, or to stay, a partner: kept as it came, checked, decided by a person."""

    class Form(models.TextChoices):
        REGISTRATION = "partner_registration", _("регистрация")
        UPDATE = "profile_update", _("изменение данных")
        DOCUMENTS = "document_upload", _("документы")

    class Source(models.TextChoices):
        TILDA = "tilda", "Tilda"
        SITE = "site", _("форма сайта")
        API = "api", "API"
        CABINET = "cabinet", _("кабинет")

    class Status(models.TextChoices):
        RECEIVED = "received", _("получена")  # the registry has not been asked yet
        QUEUED = "queued", _("на проверке")  # waits for a person
        CORRECTION = "correction", _("нужна правка")
        APPROVED = "approved", _("одобрена")
        REJECTED = "rejected", _("отклонена")
        REPLACED = "replaced", _("заменена новой")

    class Check(models.TextChoices):
        """What the tax service has said so far."""

        WAITING = "waiting", _("спросим ФНС")
        DONE = "done", _("ФНС ответила")
        MANUAL = "manual", _("ФНС не ответила, проверяет человек")
        NOT_NEEDED = "not_needed", _("не нужна")

    OPEN = (Status.RECEIVED, Status.QUEUED)

    form = models.CharField(_("форма"), max_length=24, choices=Form)
    source = models.CharField(_("откуда"), max_length=10, choices=Source)
    # The sender's own number of this submission: `tranid` of Tilda, the idempotency key of the API.
    tranid = models.CharField(_("номер отправки"), max_length=100, null=True, blank=True)
    callback = models.ForeignKey(
        InboundCallback, models.SET_NULL, null=True, blank=True, verbose_name=_("вызов")
    )
    token = models.CharField(max_length=40, unique=True, default=new_status_token, editable=False)
    previous = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="corrections",
        verbose_name=_("исправляет заявку"),
    )
    partner = models.ForeignKey(
        Partner,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="applications",
        verbose_name=_("партнёр"),
    )
    language = models.CharField(_("язык"), max_length=2, default="ru")
    raw = models.JSONField(_("как прислано"), default=dict)  # {name in the form: text}
    data = models.JSONField(_("как прочитано"), default=dict)  # {our field: value}, services.fields
    problems = models.JSONField(_("что не прочиталось"), default=dict)  # {our field: why}

    # The part of `data` that is searched and compared.
    company = models.CharField(_("название"), max_length=300, blank=True)
    legal_form = models.CharField(_("правовая форма"), max_length=5, choices=LegalForm, blank=True)
    inn = models.CharField(_("ИНН"), max_length=12, blank=True)
    ogrn = models.CharField(_("ОГРН или ОГРНИП"), max_length=15, blank=True)
    phone = models.CharField(_("телефон"), max_length=16, blank=True)
    email = models.CharField(_("e-mail"), max_length=254, blank=True)

    status = models.CharField(
        _("состояние"), max_length=12, choices=Status, default=Status.RECEIVED
    )
    check_state = models.CharField(
        _("проверка в ФНС"), max_length=12, choices=Check, default=Check.WAITING
    )
    check_at = models.DateTimeField(_("спросить ФНС не раньше"), default=now)
    check_attempts = models.PositiveSmallIntegerField(_("попыток"), default=0)
    check_error = models.CharField(_("почему не ответила"), max_length=300, blank=True)
    # Set by staff's "ask again": answers from before are not believed any more.
    check_after = models.DateTimeField(_("верить ответам после"), null=True, blank=True)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("смотрит"),
    )
    taken_at = models.DateTimeField(_("смотрит с"), null=True, blank=True)
    created_at = models.DateTimeField(_("получена"), default=now)
    queued_at = models.DateTimeField(_("в очереди с"), null=True, blank=True)
    decided_at = models.DateTimeField(_("решена"), null=True, blank=True)

    class Meta:
        verbose_name = _("заявка партнёра")
        verbose_name_plural = _("заявки партнёров")
        ordering = ["-id"]
        permissions = [("decide_application", "Может решать заявки партнёров")]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "tranid"],
                condition=models.Q(tranid__isnull=False),
                name="one_application_per_submission",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "queued_at"], name="applications_queue"),
            models.Index(
                fields=["check_at"],
                condition=models.Q(
                    check_state__in=["waiting", "manual"], status__in=["received", "queued"]
                ),
                name="applications_to_check",
            ),
            models.Index(fields=["inn", "-id"], name="applications_by_inn"),
            models.Index(fields=["phone"], name="applications_by_phone"),
            models.Index(fields=["email"], name="applications_by_email"),
        ]

    def __str__(self) -> str:
        return f"№ {self.pk}"

    @property
    def number(self) -> int:
        """The case number people tell each other."""
        return self.pk

    @property
    def case(self) -> str:
        return f"application:{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN


class ApplicationEvent(models.Model):
    """What happened to an application, line by line: for staff, and in part for its status page."""

    class Kind(models.TextChoices):
        RECEIVED = "received", _("получена")
        REPEATED = "repeated", _("прислана ещё раз")
        CHECKED = "checked", _("проверена в ФНС")
        CHECK_FAILED = "check_failed", _("ФНС не ответила")
        QUEUED = "queued", _("передана человеку")
        TAKEN = "taken", _("взята в работу")
        DECIDED = "decided", _("решена")
        RECONSIDERED = "reconsidered", _("решение изменено")
        DOCUMENT = "document", _("документ")
        NOTE = "note", _("заметка")
        REPLACED = "replaced", _("заменена новой")

    application = models.ForeignKey(
        Application, models.CASCADE, related_name="events", verbose_name=_("заявка")
    )
    kind = models.CharField(_("что"), max_length=12, choices=Kind)
    note = models.TextField(_("пояснение"), blank=True)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("сотрудник"),
    )
    created_at = models.DateTimeField(_("когда"), default=now)

    class Meta:
        verbose_name = _("событие заявки")
        verbose_name_plural = _("события заявок")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.application} · {self.get_kind_display()}"


class FieldAlias(models.Model):
    """How a field of a form is named and which of ours it is. Compared without case; staff add their own."""

    form = models.CharField(
        _("форма"), max_length=24, choices=Application.Form, blank=True
    )  # "" stands for all forms
    alias = models.CharField(_("имя в форме"), max_length=100)  # lower case
    field = models.CharField(_("наше поле"), max_length=40)  # a name of services.fields.FIELDS

    class Meta:
        verbose_name = _("имя поля формы")
        verbose_name_plural = _("имена полей форм")
        ordering = ["field", "alias"]
        constraints = [
            models.UniqueConstraint(fields=["form", "alias"], name="one_meaning_per_alias"),
        ]

    def __str__(self) -> str:
        return f"{self.alias} → {self.field}"
