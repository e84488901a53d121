from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings.production")

application = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018 - every view is imported now, not during the first request
gc.freeze()  # what is loaded so far lives as long as the process: the collector need not walk it again
