"""Filters of the Telegram templates: `{{ payment.paid_at|moment }}`, `{{ offer.amount|money:offer.currency }}`."""

from __future__ import annotations

from django import template

from payments import formats

register = template.Library()
register.filter("money", formats.money)
register.filter("day", formats.day)
register.filter("clock", formats.clock)
register.filter("moment", formats.moment)
register.filter("days", formats.days)
