from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _

from payments import checks


class PaymentsConfig(AppConfig):
    name = "payments"
    verbose_name = _("Деньги и доступ")

    def ready(self) -> None:
        register(checks.check_providers)
        register(checks.check_rules)
        register(checks.check_polling)
        register(checks.check_seller)
