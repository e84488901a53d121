"""The simulated tax service: a register that can be changed, and a counter for each method."""

from __future__ import annotations

from integrations.sandbox.core.base import Simulator, Tile, credential
from integrations.sandbox.core.errors import ControlError
from integrations.sandbox.fns.register import beginning, invented
from integrations.sandbox.fns.state import Company, FnsState

METHODS = ("egr", "check", "search")  # those that are counted


class Fns(Simulator):
    """The caller of every method holds the lock."""

    slug = "fns"
    state_class = FnsState
    order = 45
    state: FnsState

    @property
    def key(self) -> str:
        return credential("FNS_API_KEY")

    def register(self) -> dict[str, Company]:
        if not self.state.companies:
            self.state.companies = beginning()
        return self.state.companies

    def find(self, number: str) -> Company | None:
        """By INN or OGRN; an INN nobody has heard of may get a company of its own."""
        known = self.register()
        for one in known.values():
            if number in (one.inn, one.ogrn):
                return one
        company = invented(number) if self.state.generate else None
        if company is not None:
            known[company.inn] = company
            self.hub.changed()
        return company

    def named(self, words: str) -> list[Company]:
        """Whose name or numbers contain the words."""
        wanted = words.casefold()
        known = self.register().values()
        return [one for one in known if wanted in f"{one.name} {one.inn} {one.ogrn}".casefold()]

    def known(self, inn: str) -> Company:
        company = self.find(inn)
        if company is None:
            raise ControlError(f"no company has the INN {inn!r}", 404)
        return company

    def spend(self, method: str) -> bool:
        """Count a call; False when there is nothing left to count."""
        if self.state.spent.get(method, 0) >= self.state.limit:
            return False
        self.state.spent[method] = self.state.spent.get(method, 0) + 1
        self.hub.unsaved.set()
        return True

    @property
    def is_spent(self) -> bool:
        return all(self.state.spent.get(method, 0) >= self.state.limit for method in METHODS)

    def tile(self) -> Tile:
        known = self.register().values()
        return Tile(
            title="ФНС",
            about="Реестр компаний, которых нет: по нему проверяются заявки партнёров.",
            link="/fns/",
            action="Открыть реестр",
            icon="register",
            facts=[
                ("Компаний", str(len(known))),
                ("Запросов egr", f"{self.state.spent.get('egr', 0)} из {self.state.limit}"),
            ],
            trouble="Запросы исчерпаны." if self.is_spent else "",
        )
