"""`./dev bench partners`: the public pages with 100,000 partners – queries, milliseconds, plans.

Run inside one process through Django's test client: the figures are the whole request, with middleware and template,
without the network.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

import django

from tests.bench import data, stats
from tests.bench.servers import environment

Say = Callable[[str], None]
MARK_MS = 100  # of CPU for half of the requests: what else runs on the machine says little about it
PERSON = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36"


@dataclass(frozen=True)
class Case:
    """Addresses of one kind. `is_selective`: its plan must not read all the partners."""

    name: str
    addresses: list[str]
    is_selective: bool = True


def run(database_url: str, redis_url: str, *, quick: bool, say: Say) -> dict[str, Any]:
    url = data.fresh_database(database_url)
    try:
        _prepare(url, redis_url, say)
        return _measure(20 if quick else 60, say)
    finally:
        django.db.connections.close_all()
        data.drop_database(database_url)


def _prepare(url: str, redis_url: str, say: Say) -> None:
    say("preparing 100,000 partners")
    os.environ |= environment(url, redis_url) | {"DJANGO_SETTINGS_MODULE": "project.settings.test"}
    data.migrate(os.environ)
    django.setup()
    from partners.services.vocabulary import load_defaults

    load_defaults()
    django.db.connection.close()
    data.run_file(url, data.HERE / "sql" / "partners.sql")
    data.vacuum(url)


def _measure(rounds: int, say: Say) -> dict[str, Any]:
    from django.test import Client

    client = Client(headers={"User-Agent": PERSON, "Accept-Language": "ru"})
    figures = {}
    say(
        f"{'page':<34}{'queries':>8}{'p50 ms':>9}{'p95 ms':>9}{'CPU ms':>9}{'SQL ms':>9}  scans all"
    )
    for case in _cases(random.Random(7), rounds):
        client.get(case.addresses[0])  # compiles the templates, fills the server's cache
        row = _figures(client, case)
        figures[case.name] = row
        scans = "yes" if row["scans_all"] else "no"
        say(
            f"{case.name:<34}{row['queries']:>8}{row['p50_ms']:>9}{row['p95_ms']:>9}{row['cpu_ms']:>9}"
            f"{row['sql_ms']:>9}  {scans}"
        )
    return figures


def _figures(client: Any, case: Case) -> dict[str, Any]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    times, in_sql, cpu = [], [], []
    for address in case.addresses:
        started, worked = time.perf_counter(), time.process_time()
        status = client.get(address).status_code
        times.append((time.perf_counter() - started) * 1000)
        cpu.append((time.process_time() - worked) * 1000)
        if status != 200:
            raise RuntimeError(f"{address} answered {status}")
    queries: list[dict[str, str]] = []
    for address in case.addresses[:5]:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            client.get(address)
        queries = seen.captured_queries
        in_sql.append(sum(float(query["time"]) for query in queries) * 1000)
    return {
        "queries": sum(query["sql"].startswith(("SELECT", "\nINSERT")) for query in queries),
        "p50_ms": round(median(times), 1),
        "p95_ms": round(stats.percentile(times, 0.95), 1),
        "cpu_ms": round(median(cpu), 1),
        "sql_ms": round(median(in_sql), 1),
        "scans_all": any(_scans_all(query["sql"]) for query in queries),
        "is_selective": case.is_selective,
    }


def _scans_all(sql: str) -> bool:
    from django.db import connection

    if not sql.startswith("SELECT") or "partners_partner" not in sql:
        return False
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}")
        return any("Seq Scan on partners_partner " in f"{line} " for (line,) in cursor)


def _cases(chance: random.Random, rounds: int) -> Iterator[Case]:
    from partners.models import Partner

    some = [
        Partner.objects.only("code", "name", "inn").get(inn=str(9901000000 + number))
        for number in chance.sample([n for n in range(1, 100_000) if n % 50 and n % 53], rounds)
    ]
    last = [partner.name.split()[-1] for partner in some]

    def each(name: str, form: Callable[[int], str], *, selective: bool = True) -> Case:
        return Case(name, [f"/partners/{form(n)}" for n in range(rounds)], selective)

    regions = ("50", "47", "16", "77", "99", "02")
    two = "specialisation=roofing&specialisation=heating"
    rest = "category=seller&rating=3&budget=700000"
    does = ("roofing", "frame-houses", "plumbing", "landscaping")
    yield each("catalogue", lambda n: "")
    yield each("page 50, the deepest", lambda n: "?page=50")
    yield each("newest first, page 25", lambda n: "?sort=newest&page=25")
    yield each("by name, page 50", lambda n: "?sort=name&page=50")
    yield each("category", lambda n: "?category=" + ("seller", "contractor")[n % 2])
    yield each("region", lambda n: f"?region={regions[n % 6]}")
    yield each("region, newest, page 10", lambda n: f"?region={regions[n % 3]}&sort=newest&page=10")
    yield each("specialisation", lambda n: f"?specialisation={does[n % 4]}")
    yield each(
        "two specialisations and a region",
        lambda n: f"?{two}&region={regions[n % 6]}",
    )
    yield each("city", lambda n: f"?city=Посёлок 50-{1 + n % 12}")
    yield each("budget", lambda n: f"?budget={(n + 1) * 50_000}")
    yield each("rating", lambda n: "?rating=4.5")
    yield each(
        "everything at once",
        lambda n: f"?q=баня&region={regions[n % 6]}&{rest}",
    )
    yield each("word of a name", lambda n: f"?q={last[n]}")
    yield each("two words, one common", lambda n: f"?q=строим {last[n]}")
    yield each("a common word", lambda n: "?q=" + ("металлочерепица", "северный", "беседка")[n % 3])
    yield each("INN", lambda n: f"?q={some[n].inn}")
    yield each("a part of an INN", lambda n: f"?q={some[n].inn[3:]}")
    yield each("a slip in a name", lambda n: f"?q={_slip(last[n])}")
    yield each(
        "a slip in a common word",
        lambda n: "?q=" + ("металочерепица", "беситка", "сантехнка")[n % 3],
    )
    yield each("a word that nobody has", lambda n: f"?q=щъыэ{n}щъыэ")
    yield each("a partner's page", lambda n: f"{some[n].code}/")
    yield each("a card for another site", lambda n: f"{some[n].code}/card/")
    yield Case("sitemap.xml", ["/sitemap.xml"] * rounds, is_selective=False)
    yield Case(
        "a part of the map, 5,000 pages", [f"/sitemap-partners-{n % 20}.xml" for n in range(rounds)]
    )


def _slip(word: str) -> str:
    """One letter in the middle is another one."""
    at = len(word) // 2
    return word[:at] + ("ж" if word[at] != "ж" else "ш") + word[at + 1 :]


def marks_met(figures: dict[str, Any]) -> bool:
    return all(
        row["cpu_ms"] <= MARK_MS and not (row["is_selective"] and row["scans_all"])
        for row in figures.values()
    )
