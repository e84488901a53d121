"""Running the machine, and saying how much of it was run."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.payments.properties.machine import Shop
from tests.payments.properties.world import World
from tests.support.summary import PROPERTY_RUNS

ENOUGH = 100  # runs within which every guard that is taken away is missed
STEPS = 15  # of one run; a payment with its bonus, a refund and a fault has about six


def run_shop(*, runs: int, name: str) -> World:
    """So many runs for each hundred of the profile, in a world of their own.

    `name` tells one machine from another: where a profile repeats itself, the runs follow from it.
    """
    with World().open() as world:
        machine = type(name, (Shop,), {"world": world})
        run_state_machine_as_test(machine, settings=at_most(runs * settings().max_examples // 100))
    return world


def at_most(runs: int) -> settings:
    """A failing run is shown as it was: making it shorter would take minutes."""
    return settings(
        max_examples=runs,
        phases=(Phase.explicit, Phase.generate),
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        stateful_step_count=STEPS,
    )


def tell(world: World, record: Callable[[str, object], None]) -> None:
    """For the line in pytest's summary."""
    record(PROPERTY_RUNS, {"examples": world.runs, "steps": world.steps, "faults": world.faults})
