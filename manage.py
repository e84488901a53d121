#!/usr/bin/env python
"""Django's command line. `./dev manage …` runs it against the services of `./dev run`."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings.production")
    execute_from_command_line(sys.argv)
