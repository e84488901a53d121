"""What is made of the rules says what the rules say."""

from __future__ import annotations

import pytest

from project.alerts.rule import Rule
from project.alerts.rules import BY_NAME, RULES
from project.alerts.writing import PAGES, PROMETHEUS, page, prometheus


def test_the_file_of_prometheus_is_that_of_the_rules():
    """`./dev alerts` writes it."""
    assert PROMETHEUS.read_text(encoding="utf-8") == prometheus()


@pytest.mark.parametrize("language", PAGES)
def test_the_page_tells_of_every_rule(language):
    text = PAGES[language].read_text(encoding="utf-8")
    assert text == page(language)
    assert all(f"### {rule.name}\n" in text for rule in RULES)


def test_names_are_told_apart():
    assert len(BY_NAME) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_holds_beyond_its_limit_and_with_its_labels_only(rule: Rule):
    step = 0.01 if rule.comparison == ">" else -0.01
    assert rule.holds(rule.labels, rule.limit + step)
    assert not rule.holds(rule.labels, rule.limit)
    assert not rule.holds(rule.labels, rule.limit - step)
    for name in rule.labels:
        assert not rule.holds({**rule.labels, name: "another"}, rule.limit + step)
