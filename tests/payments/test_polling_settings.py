"""Where found money pays by itself: the default, and a misspelt name."""

from __future__ import annotations

from payments.checks import check_polling
from project.settings import selling


def test_the_default_activates_everywhere_but_where_a_call_is_asked_for():
    assert "yookassa" in selling.RECONCILE_ACTIVATES
    assert "oneplat" not in selling.RECONCILE_ACTIVATES


def test_a_misspelt_provider_is_said_at_start_up(settings):
    settings.RECONCILE_ACTIVATES = ["yookasa", "cryptobot", "none"]
    (told,) = check_polling()
    assert (told.id, "'yookasa'" in told.msg) == ("payments.W002", True)
