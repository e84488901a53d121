"""Composition: knows every app, is known by none."""

from __future__ import annotations

from project.celery import app as celery_app

__all__ = ["celery_app"]
