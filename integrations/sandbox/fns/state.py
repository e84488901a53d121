"""What the simulated tax service remembers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Company:
    """One entry. `kind` is ЮЛ, ИП or НР; `closed` and `registered` are YYYY-MM-DD, `closed` empty while it works.

    `former` are entries that the same INN had before.
    """

    inn: str
    ogrn: str
    kind: str = "ЮЛ"
    name: str = ""  # without a form and quotes; of a sole trader the person's full name
    form: str = "ООО"
    kpp: str = ""
    status: str = "Действующее"
    registered: str = "2019-02-11"
    closed: str = ""
    address: str = ""
    director: str = ""
    managed_by: str = ""
    activity_code: str = "41.20"
    activity: str = "Строительство жилых и нежилых зданий"
    phone: str = ""
    email: str = ""
    negative: dict[str, str] = field(default_factory=dict)
    positive: dict[str, str] = field(default_factory=dict)
    former: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class FnsState:
    """`spent` counts calls by method; `generate`: an unknown INN of region 99 is answered with a new company."""

    companies: dict[str, Company] = field(default_factory=dict)
    spent: dict[str, int] = field(default_factory=dict)
    limit: int = 10_000
    generate: bool = True
