"""The lists an installation starts with; staff edit them afterwards, and what they edited stays."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db import transaction

from partners.models import Category, Region, Specialisation, Tier
from partners.services.aliases import load_aliases
from partners.services.reasons import load_reasons
from payments.models import Plan

CATEGORIES = (
    ("contractor", "Подрядчик", "Contractor"),
    ("manufacturer", "Производитель", "Manufacturer"),
    ("seller", "Продавец", "Seller"),
    ("performer", "Исполнитель", "Performer"),
)
SPECIALISATIONS = (
    ("frame-houses", "Каркасные дома", "Frame houses"),
    ("brick-houses", "Кирпичные дома", "Brick houses"),
    ("finishing", "Отделочные работы", "Finishing works"),
    ("roofing", "Кровельные работы", "Roofing"),
    ("foundations", "Фундаменты", "Foundations"),
    ("electrics", "Электромонтаж", "Electrical works"),
    ("plumbing", "Сантехника", "Plumbing"),
    ("windows-doors", "Окна и двери", "Windows and doors"),
    ("heating", "Отопление и вентиляция", "Heating and ventilation"),
    ("landscaping", "Ландшафтный дизайн", "Landscape design"),
)
# The ten regions a registry starts with stand first in every list.
FIRST_REGIONS = ("50", "47", "23", "66", "54", "16", "61", "74", "52", "63")
# Codes of regions as the tax service writes them.
REGIONS = (
    ("01", "Республика Адыгея", "Republic of Adygea"),
    ("02", "Республика Башкортостан", "Republic of Bashkortostan"),
    ("03", "Республика Бурятия", "Republic of Buryatia"),
    ("04", "Республика Алтай", "Altai Republic"),
    ("05", "Республика Дагестан", "Republic of Dagestan"),
    ("06", "Республика Ингушетия", "Republic of Ingushetia"),
    ("07", "Кабардино-Балкарская Республика", "Kabardino-Balkarian Republic"),
    ("08", "Республика Калмыкия", "Republic of Kalmykia"),
    ("09", "Карачаево-Черкесская Республика", "Karachay-Cherkess Republic"),
    ("10", "Республика Карелия", "Republic of Karelia"),
    ("11", "Республика Коми", "Komi Republic"),
    ("12", "Республика Марий Эл", "Mari El Republic"),
    ("13", "Республика Мордовия", "Republic of Mordovia"),
    ("14", "Республика Саха (Якутия)", "Sakha Republic (Yakutia)"),
    ("15", "Республика Северная Осетия – Алания", "Republic of North Ossetia–Alania"),
    ("16", "Республика Татарстан", "Republic of Tatarstan"),
    ("17", "Республика Тыва", "Tuva Republic"),
    ("18", "Удмуртская Республика", "Udmurt Republic"),
    ("19", "Республика Хакасия", "Republic of Khakassia"),
    ("20", "Чеченская Республика", "Chechen Republic"),
    ("21", "Чувашская Республика", "Chuvash Republic"),
    ("22", "Алтайский край", "Altai Krai"),
    ("23", "Краснодарский край", "Krasnodar Krai"),
    ("24", "Красноярский край", "Krasnoyarsk Krai"),
    ("25", "Приморский край", "Primorsky Krai"),
    ("26", "Ставропольский край", "Stavropol Krai"),
    ("27", "Хабаровский край", "Khabarovsk Krai"),
    ("28", "Амурская область", "Amur Oblast"),
    ("29", "Архангельская область", "Arkhangelsk Oblast"),
    ("30", "Астраханская область", "Astrakhan Oblast"),
    ("31", "Белгородская область", "Belgorod Oblast"),
    ("32", "Брянская область", "Bryansk Oblast"),
    ("33", "Владимирская область", "Vladimir Oblast"),
    ("34", "Волгоградская область", "Volgograd Oblast"),
    ("35", "Вологодская область", "Vologda Oblast"),
    ("36", "Воронежская область", "Voronezh Oblast"),
    ("37", "Ивановская область", "Ivanovo Oblast"),
    ("38", "Иркутская область", "Irkutsk Oblast"),
    ("39", "Калининградская область", "Kaliningrad Oblast"),
    ("40", "Калужская область", "Kaluga Oblast"),
    ("41", "Камчатский край", "Kamchatka Krai"),
    ("42", "Кемеровская область – Кузбасс", "Kemerovo Oblast – Kuzbass"),
    ("43", "Кировская область", "Kirov Oblast"),
    ("44", "Костромская область", "Kostroma Oblast"),
    ("45", "Курганская область", "Kurgan Oblast"),
    ("46", "Курская область", "Kursk Oblast"),
    ("47", "Ленинградская область", "Leningrad Oblast"),
    ("48", "Липецкая область", "Lipetsk Oblast"),
    ("49", "Магаданская область", "Magadan Oblast"),
    ("50", "Московская область", "Moscow Oblast"),
    ("51", "Мурманская область", "Murmansk Oblast"),
    ("52", "Нижегородская область", "Nizhny Novgorod Oblast"),
    ("53", "Новгородская область", "Novgorod Oblast"),
    ("54", "Новосибирская область", "Novosibirsk Oblast"),
    ("55", "Омская область", "Omsk Oblast"),
    ("56", "Оренбургская область", "Orenburg Oblast"),
    ("57", "Орловская область", "Oryol Oblast"),
    ("58", "Пензенская область", "Penza Oblast"),
    ("59", "Пермский край", "Perm Krai"),
    ("60", "Псковская область", "Pskov Oblast"),
    ("61", "Ростовская область", "Rostov Oblast"),
    ("62", "Рязанская область", "Ryazan Oblast"),
    ("63", "Самарская область", "Samara Oblast"),
    ("64", "Саратовская область", "Saratov Oblast"),
    ("65", "Сахалинская область", "Sakhalin Oblast"),
    ("66", "Свердловская область", "Sverdlovsk Oblast"),
    ("67", "Смоленская область", "Smolensk Oblast"),
    ("68", "Тамбовская область", "Tambov Oblast"),
    ("69", "Тверская область", "Tver Oblast"),
    ("70", "Томская область", "Tomsk Oblast"),
    ("71", "Тульская область", "Tula Oblast"),
    ("72", "Тюменская область", "Tyumen Oblast"),
    ("73", "Ульяновская область", "Ulyanovsk Oblast"),
    ("74", "Челябинская область", "Chelyabinsk Oblast"),
    ("75", "Забайкальский край", "Zabaykalsky Krai"),
    ("76", "Ярославская область", "Yaroslavl Oblast"),
    ("77", "Москва", "Moscow"),
    ("78", "Санкт-Петербург", "Saint Petersburg"),
    ("79", "Еврейская автономная область", "Jewish Autonomous Oblast"),
    ("83", "Ненецкий автономный округ", "Nenets Autonomous Okrug"),
    ("86", "Ханты-Мансийский автономный округ – Югра", "Khanty-Mansi Autonomous Okrug – Yugra"),
    ("87", "Чукотский автономный округ", "Chukotka Autonomous Okrug"),
    ("89", "Ямало-Ненецкий автономный округ", "Yamalo-Nenets Autonomous Okrug"),
    ("90", "Запорожская область", "Zaporozhye Oblast"),
    ("91", "Республика Крым", "Republic of Crimea"),
    ("92", "Севастополь", "Sevastopol"),
    ("93", "Донецкая Народная Республика", "Donetsk People's Republic"),
    ("94", "Луганская Народная Республика", "Luhansk People's Republic"),
    ("95", "Херсонская область", "Kherson Oblast"),
    ("99", "Иные территории", "Other territories"),
)
# Code, names, leads a month, roubles a month, roubles a year; nothing to pay: the tier everybody has.
TIERS = (
    ("start", "Старт", "Start", 10, None, None),
    ("basic", "Базовый", "Basic", 100, Decimal(5_000), Decimal(50_000)),
    ("premium", "Премиум", "Premium", 300, Decimal(15_000), Decimal(150_000)),
    ("business", "Бизнес", "Business", 1_000, Decimal(30_000), Decimal(300_000)),
)


@transaction.atomic
def load_defaults() -> int:
    """Create what is missing of the default lists; returns how many rows. An edited row is left as it is."""
    created = _load(Category, CATEGORIES) + _load(Specialisation, SPECIALISATIONS)
    first = {code: position for position, code in enumerate(FIRST_REGIONS, 1)}
    created += _load(Region, REGIONS, lambda code, _place: first.get(code, 100))
    return created + _load_tiers() + load_aliases() + load_reasons()


def _load(
    model: Any,
    rows: tuple[tuple[str, str, str], ...],
    position: Callable[[str, int], int] = lambda _code, place: place,
) -> int:
    """Create the rows whose code is not there yet; returns how many."""
    known = set(model.objects.values_list("code", flat=True))
    missing = [
        model(code=code, title_ru=title_ru, title_en=title_en, position=position(code, place))
        for place, (code, title_ru, title_en) in enumerate(rows, 1)
        if code not in known
    ]
    model.objects.bulk_create(missing, ignore_conflicts=True)
    return len(missing)


def _load_tiers() -> int:
    known = set(Tier.objects.values_list("code", flat=True))
    missing = [(position, *tier) for position, tier in enumerate(TIERS, 1) if tier[0] not in known]
    wanted = [
        _plan(code, term, titles, months, amount)
        for _position, code, *titles, _leads, month, year in missing
        for term, months, amount in (("month", 1, month), ("year", 12, year))
        if amount is not None
    ]
    Plan.objects.bulk_create(wanted, ignore_conflicts=True)
    plans = {plan.code: plan for plan in Plan.objects.filter(code__in=[p.code for p in wanted])}
    tiers = [
        Tier(
            code=code,
            title_ru=title_ru,
            title_en=title_en,
            leads_a_month=leads,
            position=position,
            monthly=plans.get(f"p-{code}-month"),
            yearly=plans.get(f"p-{code}-year"),
        )
        for position, code, title_ru, title_en, leads, _month, _year in missing
    ]
    return len(Tier.objects.bulk_create(tiers, ignore_conflicts=True))


def _plan(tier: str, term: str, titles: list[str], months: int, amount: Decimal) -> Plan:
    """What is sold to a partner: calendar months of a tier."""
    words = ("месяц", "month") if months == 1 else ("год", "year")
    return Plan(
        code=f"p-{tier}-{term}",
        title_ru=f"{titles[0]}, {words[0]}",
        title_en=f"{titles[1]}, {words[1]}",
        length=months,
        unit="month",
        amount=amount,
        is_active=True,
        audience=Plan.Audience.PARTNERS,
    )
