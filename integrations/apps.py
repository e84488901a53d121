from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _

from integrations import checks
from integrations.mail.checks import check_mail


class IntegrationsConfig(AppConfig):
    name = "integrations"
    verbose_name = _("Интеграции")

    def ready(self) -> None:
        register(checks.check_bot)
        register(checks.check_panel)
        register(checks.check_fns)
        register(checks.check_umnico)
        register(checks.check_values)
        register(check_mail)
