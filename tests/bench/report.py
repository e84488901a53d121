"""The figures as people and as machines read them."""

from __future__ import annotations

import json
import sys
from typing import Any

MARKS = {"accept_vs_limit": 0.4, "accept_vs_seed": 1.2}


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def json_line(figures: dict[str, Any]) -> None:
    say(json.dumps(figures))


def marks_met(figures: dict[str, Any]) -> bool:
    """Every mark is reached, and ours against ours gave 1.00: otherwise the figures mean nothing."""
    return figures["control_ok"] and all(figures[name] >= mark for name, mark in MARKS.items())


def table(figures: dict[str, Any]) -> None:
    say("")
    say(
        f"{'accepting callbacks':<28}{'rps':>8}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'app µs':>9}{'PG µs':>8}"
    )
    for name in ("ours", "seed"):
        row = figures[name]
        say(
            f"{name:<28}{row['rps']:>8}{row['p50_ms']:>9}{row['p95_ms']:>9}{row['p99_ms']:>9}"
            f"{row['app_cpu_us']:>9}{row['postgres_cpu_us']:>8}"
        )
    say(f"{'limit (pgbench activations)':<28}{figures['limit_tps']:>8}")
    say("")
    for name, mark in MARKS.items():
        low, high = figures[f"{name}_95"]
        verdict = "ok" if figures[name] >= mark else "MISSED"
        say(f"{name:<20}{figures[name]:>7}  [{low} … {high}]  mark {mark}: {verdict}")
    low, high = figures["control_95"]
    verdict = "ok" if figures["control_ok"] else "the machine was too uneven: no verdict"
    say(f"{'ours against ours':<20}{figures['control']:>7}  [{low} … {high}]  {verdict}")
    say("")
    for name, text in OTHERS.items():
        if name in figures:
            say(f"{text:<52}{figures[name]:>9}")


OTHERS = {
    "drain_rows_per_s": "payments settled a second, one worker",
    "activation_p50_ms": "callback to settled payment at 50/s, p50 ms",
    "activation_p95_ms": "callback to settled payment at 50/s, p95 ms",
    "http_p95_ms": "answer at 50/s, p95 ms",
    "http_frozen_p95_ms": "the same with Redis frozen, p95 ms",
}
