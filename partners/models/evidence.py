from __future__ import annotations

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from integrations.clock import now
from partners.marks import mark_title
from partners.models.application import Application
from partners.models.partner import Partner
from payments.models.ledger import APPEND_ONLY


class RegistryAnswer(models.Model):
    """What the tax service answered, as it came: the evidence behind a verdict. Never changed."""

    class Outcome(models.TextChoices):
        FOUND = "found", _("найдено")
        NOT_FOUND = "not_found", _("не найдено")
        FAILED = "failed", _("ответа нет")

    inn = models.CharField(_("ИНН"), max_length=12)
    method = models.CharField(_("метод"), max_length=20)  # egr, check, search
    outcome = models.CharField(_("итог"), max_length=10, choices=Outcome)
    error = models.CharField(_("ошибка"), max_length=300, blank=True)  # the key never stands in it
    body = models.TextField(_("ответ"))
    sha256 = models.CharField(_("SHA-256 ответа"), max_length=64)
    card = models.JSONField(_("выбранная запись"), default=dict)  # the item with this very INN
    received_at = models.DateTimeField(_("получен"), default=now)

    class Meta:
        verbose_name = _("ответ ФНС")
        verbose_name_plural = _("ответы ФНС")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["inn", "method", "-received_at"], name="answers_by_inn"),
            models.Index(
                fields=["-received_at"],
                condition=models.Q(outcome="failed"),
                name="answers_failed",
            ),
        ]
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.method} {self.inn}"


class AskingGate(models.Model):
    """Until when nobody asks the tax service: one row for each reason to wait.

    `line`: somebody is asking, and one at a time is enough, for a slow answer must not hold every worker. A method's
    name: its calls are used up, or our key is refused. `recheck`: what is left is kept for applications.
    """

    LINE = "line"
    RECHECK = "recheck"

    name = models.CharField(_("что"), max_length=20, unique=True)
    until = models.DateTimeField(_("до"))
    why = models.CharField(_("почему"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("пауза в вопросах к ФНС")
        verbose_name_plural = _("паузы в вопросах к ФНС")

    def __str__(self) -> str:
        return self.name


class RuleVerdict(models.Model):
    """What one rule says about one application, and on which evidence."""

    class Rule(models.TextChoices):
        """The rules; each negative mark of the tax service has one of its own, `mark:` and its name."""

        INN_DIGITS = "inn_digits", _("ИНН без опечаток")
        OGRN_DIGITS = "ogrn_digits", _("ОГРН без опечаток")
        KPP = "kpp", _("КПП")
        FOUND = "found", _("есть в реестре")
        ACTIVE = "active", _("действует")
        NAME = "name_matches", _("название совпадает")
        OGRN = "ogrn_matches", _("ОГРН совпадает")
        FORM = "form_matches", _("правовая форма совпадает")
        AGE = "age", _("давно зарегистрирована")
        DIRECTOR = "director", _("руководитель совпадает")
        ADDRESS = "address", _("адрес совпадает")
        MARKS = "marks", _("отрицательные признаки")

    MARK = "mark:"

    class Result(models.TextChoices):
        PASS = "pass", _("в порядке")
        DOUBT = "doubt", _("посмотреть")
        FAIL = "fail", _("нарушено")
        UNKNOWN = "unknown", _("неизвестно")

    application = models.ForeignKey(
        Application, models.CASCADE, related_name="verdicts", verbose_name=_("заявка")
    )
    rule = models.CharField(_("правило"), max_length=40)
    result = models.CharField(_("вердикт"), max_length=10, choices=Result)
    sent = models.CharField(_("прислано"), max_length=500, blank=True)
    found = models.CharField(_("в реестре"), max_length=500, blank=True)
    detail = models.CharField(_("пояснение"), max_length=500, blank=True)
    answer = models.ForeignKey(
        RegistryAnswer, models.PROTECT, null=True, blank=True, verbose_name=_("ответ ФНС")
    )
    created_at = models.DateTimeField(_("когда"), default=now)

    class Meta:
        verbose_name = _("вердикт правила")
        verbose_name_plural = _("вердикты правил")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["application", "rule"], name="one_verdict_per_rule"),
        ]

    def __str__(self) -> str:
        return f"{self.title}: {self.get_result_display()}"

    @property
    def title(self) -> str:
        if self.rule.startswith(self.MARK):
            return mark_title(self.rule.removeprefix(self.MARK))
        return str(dict(self.Rule.choices).get(self.rule, self.rule))

    @property
    def explanation(self) -> str:
        """`detail` in the reader's language: a message of the catalogue is kept, or the service's own words."""
        return gettext(self.detail) if self.detail else ""


class RiskSignal(models.Model):
    """Something about an application that somebody else has too, or that asks for a second look."""

    class Kind(models.TextChoices):
        SAME_INN = "same_inn", _("тот же ИНН")
        SAME_PHONE = "same_phone", _("тот же телефон")
        SAME_EMAIL = "same_email", _("тот же e-mail")
        SAME_ADDRESS = "same_address", _("тот же адрес")
        REJECTED_BEFORE = "rejected_before", _("отклоняли раньше")

    application = models.ForeignKey(
        Application, models.CASCADE, related_name="risks", verbose_name=_("заявка")
    )
    kind = models.CharField(_("что"), max_length=20, choices=Kind)
    partner = models.ForeignKey(
        Partner, models.CASCADE, null=True, blank=True, verbose_name=_("у партнёра")
    )
    other = models.ForeignKey(
        Application,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("в заявке"),
    )
    detail = models.CharField(_("пояснение"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("когда"), default=now)

    class Meta:
        verbose_name = _("сигнал риска")
        verbose_name_plural = _("сигналы риска")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.get_kind_display()


class RegistryChange(models.Model):
    """What a later answer of the tax service says otherwise than the partner's data."""

    partner = models.ForeignKey(
        Partner, models.CASCADE, related_name="changes", verbose_name=_("партнёр")
    )
    field = models.CharField(_("поле"), max_length=40)
    before = models.CharField(_("было"), max_length=500, blank=True)
    after = models.CharField(_("стало"), max_length=500, blank=True)
    answer = models.ForeignKey(RegistryAnswer, models.PROTECT, verbose_name=_("ответ ФНС"))
    found_at = models.DateTimeField(_("замечено"), default=now)
    seen_at = models.DateTimeField(_("разобрано"), null=True, blank=True)

    class Meta:
        verbose_name = _("изменение в реестре")
        verbose_name_plural = _("изменения в реестре")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["-id"], condition=models.Q(seen_at=None), name="registry_changes_unseen"
            )
        ]

    def __str__(self) -> str:
        return f"{self.field}: {self.before} → {self.after}"
