"""An upgrade by deploy/upgrade.sh while a provider calls: nothing fails, is lost or done twice.

`./dev prove upgrade` does it on filled tables with every process, goes back as well, and says how long everything took.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import filled, nginx, releases
from tests.support.installation import Installation
from tests.support.traffic import failures
from tests.support.upgrading import Watched

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(600),
    pytest.mark.skipif(nginx.NGINX is None, reason=nginx.NO_NGINX),
    pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed"),
]

# Calls a second. They come whether or not those before were answered: more than a busy machine answers would pile up.
RATE = 10.0
ROWS = 3_000
WORKERS = ("provodnik-worker@money",)  # the rest would only take time to start


@pytest.fixture(autouse=True)
def _world_in_order() -> None:
    """That of the stack, which this test does without."""


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    """The release before the last change of tables, or today's where the checkout does not reach back so far."""
    with Installation(tmp_path / "machine", workers=WORKERS) as installed:
        older = releases.with_older_tables()
        print(f"upgrading from {older or 'the present release: the history does not reach back'}")
        installed.install(older)
        filled.fill(installed.database_url, ROWS)
        installed.start()
        yield Watched(installed, rate=RATE, say=print)


def test_no_call_is_lost_over_an_upgrade(watched: Watched, tmp_path: Path) -> None:
    installed, older = watched.installed, watched.installed.current
    assert watched.folders() == {older}
    releases.put_next(tmp_path / "next")
    with watched.calls() as traffic:
        watched.upgrade(tmp_path / "next")
        newer = installed.current
        assert newer != older
        assert watched.folders() == {newer}
    assert failures(traffic.calls) == {}
    assert len(traffic.calls) > RATE * 10
    assert 0.5 < watched.longest_wait < 3.5, "a migration waited for a report, and calls behind it"
    assert watched.deaths() == {}

    installed.until(lambda: watched.unfinished()[0] == 0, what="every call to be applied")
    books = watched.books(traffic.calls)
    assert Counter((status, *counted) for status, _, *counted in books.values()) == {
        ("paid", 1, 1, 1): len(traffic.calls)
    }
