"""What is made of the rules: deploy/prometheus/alerts.yml and the tables of docs/watching.md, in both languages.

    python -m project.alerts.writing

A test compares, so neither can say something else than the code.
"""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import django
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from project import env
from project.alerts.rule import Rule
from project.alerts.rules import RULES

PROMETHEUS = env.ROOT / "deploy" / "prometheus" / "alerts.yml"
PAGES = {"en": env.ROOT / "docs" / "watching.md", "ru": env.ROOT / "docs" / "ru" / "watching.md"}
BEGIN, END = "<!-- alerts -->\n", "<!-- /alerts -->"
HEAD = """\
# Made by `./dev alerts` of project/alerts/rules.py; do not edit. What to do about each: docs/watching.md.
groups:
  - name: provodnik
    rules:
"""
URGENCY = {"critical": _("срочно"), "warning": _("сегодня")}


def prometheus() -> str:
    """Alerting rules for Prometheus."""
    with override("en"):
        return HEAD + "".join(_entry(rule) for rule in RULES)


def section(language: str) -> str:
    """One entry a rule: when it begins, what it means, what to do."""
    with override(language):
        return "\n".join(_paragraph(rule) for rule in RULES)


def page(language: str) -> str:
    """The whole page as it should be."""
    text = PAGES[language].read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n{section(language)}\n{END}{rest.split(END)[1]}"


def write() -> list[Path]:
    PROMETHEUS.write_text(prometheus(), encoding="utf-8")
    for language, path in PAGES.items():
        path.write_text(page(language), encoding="utf-8")
    return [PROMETHEUS, *PAGES.values()]


def _entry(rule: Rule) -> str:
    lasts = f"        for: {_seconds(rule.lasts)}s\n" if rule.lasts else ""
    return (
        f"      - alert: {rule.name}\n"
        f"        expr: {json.dumps(rule.expression)}\n"
        f"{lasts}"
        f"        labels:\n"
        f"          severity: {rule.severity.value}\n"
        f"        annotations:\n"
        f"          summary: {json.dumps(str(rule.title), ensure_ascii=False)}\n"
        f"          description: {json.dumps(str(rule.meaning), ensure_ascii=False)}\n"
        f"          action: {json.dumps(str(rule.remedy), ensure_ascii=False)}\n"
        f"          runbook: docs/watching.md#{rule.anchor}\n"
    )


def _paragraph(rule: Rule) -> str:
    lasts = _(" дольше %(seconds)s с") % {"seconds": _seconds(rule.lasts)} if rule.lasts else ""
    who = "" if rule.is_ours else _(" Только в Prometheus.")
    return (
        f"### {rule.name}\n\n"
        f"**{rule.title}** ({URGENCY[rule.severity]}): `{rule.expression}`{lasts}.{who}\n"
        f"{rule.meaning}\n"
        f"**{_('Что делать')}:** {rule.remedy}\n"
    )


def _seconds(length: timedelta) -> int:
    return int(length.total_seconds())


if __name__ == "__main__":
    django.setup()
    for written in write():
        print(written.relative_to(env.ROOT))  # noqa: T201
