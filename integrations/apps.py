from __future__ import annotations

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import register
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from integrations import checks, traffic
from integrations.mail.checks import check_mail

# By its path: it needs the models, which are not there yet when this is read.
COUNTER = "integrations.services.call_figures.figures"


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
        if settings.COUNT_CALLS:
            traffic.observers.append(import_string(COUNTER).observe)
