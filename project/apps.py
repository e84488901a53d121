from __future__ import annotations

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.core.checks import Tags, register

from project import checks


class ProjectConfig(AppConfig):
    name = "project"
    verbose_name = "Provodnik"

    def ready(self) -> None:
        for check in (
            checks.check_secret_key,
            checks.check_public_url,
            checks.check_proxies,
            checks.check_logs,
            checks.check_embed_hosts,
            checks.check_pooler,
        ):
            register(check)
        register(checks.check_production, Tags.security, deploy=True)
        register(checks.check_durability, Tags.database, deploy=True)


class AdminConfig(admin_apps.AdminConfig):
    default_site = "project.site.Site"
