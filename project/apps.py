from __future__ import annotations

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class ProjectConfig(AppConfig):
    name = "project"
    verbose_name = "Provodnik"


class AdminConfig(admin_apps.AdminConfig):
    default_site = "project.admin.Site"
