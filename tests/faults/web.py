"""The real web application with the kill points in place."""

from __future__ import annotations

from project.wsgi import application
from tests.faults import kills

__all__ = ["application", "kills"]
