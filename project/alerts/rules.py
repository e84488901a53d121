"""All alerts, in one place: judged here every few seconds, and by Prometheus from deploy/prometheus/alerts.yml."""

from __future__ import annotations

from project.alerts.rule import Rule
from project.alerts.rules_inside import OF_MONEY, OF_PROCESSES
from project.alerts.rules_outside import OF_MESSAGES, OF_SERVICES

RULES: tuple[Rule, ...] = (*OF_PROCESSES, *OF_MONEY, *OF_SERVICES, *OF_MESSAGES)
BY_NAME = {rule.name: rule for rule in RULES}
