from __future__ import annotations

from collections.abc import Callable

import pytest

from payments.services.callbacks import drain_callbacks
from payments.services.confirmations import confirm_callbacks


@pytest.fixture
def settle(db: None) -> Callable[[], None]:
    """What the worker does with the calls that were stored."""

    def settle() -> None:
        drain_callbacks()
        confirm_callbacks()

    return settle
