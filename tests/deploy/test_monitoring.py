"""Prometheus' files and Grafana's dashboard name only what /metrics exports, and leave nothing of it out."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from bot.models import Mailing
from integrations import traffic
from integrations.clock import wall_clock
from integrations.models import Alert, MailPause
from integrations.services import heartbeats
from integrations.services.call_figures import CallFigures
from payments.models import Incident
from project import env
from project.alerts.rules import RULES
from project.ledger_audit import audit
from project.metrics.collecting import Figures
from tests import factories

FOLDER = env.ROOT / "deploy"
DASHBOARD = FOLDER / "grafana" / "provodnik.json"
METRIC = re.compile(r"\b(provodnik_\w+)(?:\{([^}]*)\})?")
PROMTOOL = shutil.which("promtool")
ADDED = {"instance", "job"}  # labels that Prometheus itself adds


@pytest.fixture
def exported(db, settings, tmp_path) -> dict[str, set[str]]:
    """Every metric with its labels, while there is something of everything."""
    settings.BACKUP_TO = settings.MEDIA_ROOT = str(tmp_path)
    for make in factories.EVERY_STATE.values():
        make()
    factories.a_finished_payment()
    factories.a_call(refused="signature")
    factories.a_call(status="dead")
    heartbeats.beat(*heartbeats.PROCESSES)
    audit()
    Alert.objects.create(name="RedisAway", severity="critical", state="firing")
    MailPause.objects.create(scope="all", why="limit", until=wall_clock() + timedelta(hours=1))
    figures = CallFigures()
    for _call in range(5):
        date = {"Date": "Wed, 21 Oct 2026 07:28:00 GMT"}
        figures.count(traffic.Call(service="bank", ms=10, status=200, headers=date))
    figures.flush()
    assert Incident.objects.exists()
    assert not Mailing.objects.exists()
    found: dict[str, set[str]] = {}
    for family in Figures().collect():
        assert family.samples, f"{family.name} has no sample in this test"
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(DASHBOARD.read_text())["panels"]
    return found


def targets() -> Iterator[tuple[str, str]]:
    """Expressions of the dashboard, each with what names its lines."""
    for panel in panels():
        for target in panel.get("targets", []):
            yield target["expr"], target["legendFormat"]


def expressions() -> list[str]:
    return [
        *(expression for expression, _legend in targets()),
        *(rule.expression for rule in RULES),
    ]


def test_nothing_is_asked_for_that_is_not_exported(exported):
    for expression in expressions():
        for name, chosen in METRIC.findall(expression):
            assert name in exported, expression
            assert set(re.findall(r"(\w+)=", chosen)) <= exported[name] | ADDED, expression


def test_rules_are_judged_without_what_only_charts_show(exported):
    judged_by = {family.name for family in Figures(for_charts=False).collect()}
    assert {rule.metric for rule in RULES if rule.is_ours} <= judged_by
    assert judged_by < set(exported)


def test_lines_are_named_by_labels_that_exist(exported):
    for expression, legend in targets():
        name = METRIC.findall(expression)[0][0]
        assert set(re.findall(r"{{(\w+)}}", legend)) == exported[name], (expression, legend)


def test_whatever_is_exported_is_looked_at(exported):
    asked = {name for expression in expressions() for name, _chosen in METRIC.findall(expression)}
    assert set(exported) - asked == set()


def test_panels_do_not_cover_each_other():
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        place = panel["gridPos"]
        cells = {
            (place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells
    assert len({panel["id"] for panel in panels()}) == len(panels())


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed (Debian: prometheus)")
def test_prometheus_takes_its_files(tmp_path):
    shutil.copytree(FOLDER / "prometheus", tmp_path / "prometheus")
    (tmp_path / "token").write_text("t")
    config = tmp_path / "prometheus" / "prometheus.yml"
    text = config.read_text().replace("/etc/prometheus/provodnik.token", str(tmp_path / "token"))
    config.write_text(text)
    done = subprocess.run(
        [str(PROMTOOL), "check", "config", str(config)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(RULES)} rules found" in done.stdout + done.stderr
