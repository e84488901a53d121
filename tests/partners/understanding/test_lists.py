"""The words and towns that come with the program, and what staff make of them."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest

from partners.models import City, Keyword, Region, Specialisation
from partners.services.lists import load_cities, load_words
from partners.services.understanding import understand
from partners.services.vocabulary import load_defaults

pytestmark = pytest.mark.django_db

# Region by the tax service's number, and towns that everybody knows to be there.
KNOWN = {
    "01": "Майкоп", "02": "Уфа Стерлитамак", "03": "Улан-Удэ", "04": "Горно-Алтайск", "05": "Махачкала Дербент",
    "06": "Назрань", "07": "Нальчик", "08": "Элиста", "09": "Черкесск", "10": "Петрозаводск", "11": "Сыктывкар Ухта",
    "12": "Йошкар-Ола", "13": "Саранск", "14": "Якутск Мирный", "15": "Владикавказ", "16": "Казань Альметьевск",
    "17": "Кызыл", "18": "Ижевск", "19": "Абакан", "20": "Грозный", "21": "Чебоксары", "22": "Барнаул Бийск",
    "23": "Краснодар Сочи Новороссийск Анапа", "24": "Красноярск Норильск", "25": "Владивосток Находка",
    "26": "Ставрополь Пятигорск", "27": "Хабаровск", "28": "Благовещенск", "29": "Архангельск Северодвинск",
    "30": "Астрахань", "31": "Белгород", "32": "Брянск", "33": "Владимир Муром", "34": "Волгоград Волжский",
    "35": "Вологда Череповец", "36": "Воронеж", "37": "Иваново", "38": "Иркутск Братск", "39": "Калининград",
    "40": "Калуга Обнинск", "41": "Петропавловск-Камчатский", "42": "Кемерово Новокузнецк", "43": "Киров",
    "44": "Кострома", "45": "Курган", "46": "Курск", "47": "Гатчина Выборг", "48": "Липецк", "49": "Магадан",
    "50": "Подольск Химки Коломна", "51": "Мурманск", "52": "Дзержинск Арзамас", "53": "Боровичи",
    "54": "Новосибирск Бердск", "55": "Омск", "56": "Оренбург Орск", "57": "Орёл", "58": "Пенза",
    "59": "Пермь Березники", "60": "Псков", "61": "Ростов-на-Дону Таганрог Шахты", "62": "Рязань",
    "63": "Самара Тольятти", "64": "Саратов Энгельс", "65": "Южно-Сахалинск", "66": "Екатеринбург Серов",
    "67": "Смоленск Вязьма", "68": "Тамбов", "69": "Тверь Ржев", "70": "Томск", "71": "Тула", "72": "Тюмень Тобольск",
    "73": "Ульяновск", "74": "Челябинск Магнитогорск Миасс", "75": "Чита", "76": "Ярославль Рыбинск",
    "77": "Москва Зеленоград", "78": "Санкт-Петербург Колпино", "79": "Биробиджан", "83": "Нарьян-Мар",
    "86": "Сургут Ханты-Мансийск", "87": "Анадырь", "89": "Салехард Ноябрьск", "91": "Симферополь Ялта",
    "92": "Севастополь",
}  # fmt: skip


@pytest.fixture
def loaded(db) -> None:
    load_defaults()
    load_words()
    load_cities()


def test_every_town_is_in_its_region(loaded):
    wanted = {(code, name) for code, names in KNOWN.items() for name in names.split()}
    there = set(City.objects.values_list("region__code", "name"))
    assert wanted - there == set()
    assert 900 < City.objects.count() < 1_200
    assert not City.objects.filter(latitude=None).exists()
    assert City.objects.get(name="Москва").latitude == Decimal("55.75204")


def test_a_second_loading_changes_nothing_and_takes_no_time(loaded):
    rows = Keyword.objects.count() + City.objects.count()
    started = time.process_time()
    assert load_words() + load_cities() == 0
    assert time.process_time() - started < 1
    assert Keyword.objects.count() + City.objects.count() == rows


def test_what_staff_changed_stays(loaded):
    Keyword.objects.filter(phrase="крыша").update(is_active=False)
    City.objects.filter(name="Подольск").update(latitude=Decimal(50), population=1)
    load_words()
    load_cities()
    assert list(Keyword.objects.filter(phrase="крыша").values_list("is_active", flat=True)) == [
        False
    ]
    city = City.objects.get(name="Подольск")
    assert (city.latitude, city.population) == (Decimal(50), 1)


def test_a_town_that_a_partner_named_first_is_placed(db):
    load_defaults()
    City.objects.create(region=Region.objects.get(code="50"), name="химки")
    load_cities()
    city = City.objects.get(region__code="50", name__iexact="химки")
    assert city.name == "химки"
    assert city.latitude == Decimal("55.90010")
    assert understand("дом в Химках").region == city.region_id


def test_an_edit_is_understood_without_a_restart(loaded):
    roofing = Specialisation.objects.get(code="roofing")
    assert understand("нужен конёк").specialisations == ()
    word = Keyword.objects.create(meaning="spec", phrase="конёк", specialisation=roofing)
    assert understand("заменить коньки на доме").specialisations == (roofing.pk,)
    Keyword.objects.filter(pk=word.pk).update(is_active=False)
    assert understand("нужен конёк").specialisations == ()


def test_between_two_looks_the_database_is_not_asked(loaded, settings, django_assert_num_queries):
    understand("нужна крыша")
    settings.WORDS_CHECKED_EVERY = 60
    with django_assert_num_queries(0):
        understand("нужна крыша в Казани")


def test_a_switched_off_specialisation_is_not_understood(loaded):
    assert understand("нужна крыша").specialisations
    Specialisation.objects.filter(code="roofing").update(is_active=False)
    assert understand("нужна крыша").specialisations == ()
