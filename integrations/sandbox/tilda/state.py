"""What the simulated site remembers."""

from __future__ import annotations

from dataclasses import dataclass, field

from integrations.sandbox.core import delivery as core

PLACES = {
    "header": "в заголовке",
    "field": "в поле формы",
    "query": "в параметре адреса",
    "path": "в конце адреса",
    "none": "нигде",
}


@dataclass(kw_only=True)
class Delivery(core.Delivery):
    """One call: where the key stands in it."""

    place: str


@dataclass
class Submission:
    """A filled-in form. `fields` are pairs: a name may come twice."""

    number: int
    tranid: str
    form: str
    fields: list[list[str]]
    history: list[str] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    revision: int = 0


@dataclass
class Options:
    """How the site's receiver is set up; changed on its page and by the control API."""

    place: str = "header"
    callback_url: str = ""
    # Tilda waits a minute before each of two more attempts.
    retry_seconds: list[float] = field(default_factory=lambda: [3.0, 3.0])


@dataclass
class TildaState:
    submissions: list[Submission] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)  # "number/name": base64
    options: Options = field(default_factory=Options)
    last_lead: int = 9000000
    last_file: int = 0
    last_delivery: int = 0
