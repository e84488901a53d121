from __future__ import annotations

from devtools.checks import invented

EXAMPLE = """\
# Where the product is seen from outside.
PUBLIC_URL=https://shop.example.com
LOG_LEVEL=INFO  # or DEBUG
BOT_TOKEN=
#OPTIONAL=1
"""


def test_the_example_of_the_environment_is_taken_as_an_owner_would_fill_it_in() -> None:
    env = invented(EXAMPLE)

    assert env["PUBLIC_URL"] == "https://shop.example.com"
    assert env["LOG_LEVEL"] == "INFO"
    assert len(env["BOT_TOKEN"]) > 50
    assert set(env) == {"PUBLIC_URL", "LOG_LEVEL", "BOT_TOKEN"}
