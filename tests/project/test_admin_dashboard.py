from __future__ import annotations

from datetime import timedelta

from django.urls import reverse

from integrations.clock import wall_clock
from integrations.models import Heartbeat
from integrations.services import heartbeats
from payments.models import MoneyEntry
from payments.registry import get_provider
from project.dashboard import income, office_dashboard
from tests import factories
from tests.support.office import owner, queries_of, shown, signed_in, staff_member

HOME = "/admin/"


def tiles(dashboard) -> dict[str, str]:
    return {tile.title: tile.count for tile in dashboard.tiles}


def filled() -> None:
    for make in factories.EVERY_STATE.values():
        make()
    factories.a_call(refused="signature")
    factories.a_call(status="unknown")


def test_tiles_count_what_needs_a_person(db):
    filled()

    assert tiles(office_dashboard(owner())) == {
        "Тревоги": "0",
        "Исключения": "2",
        "Оплачено, нет доступа": "2",
        "На проверке": "1",
        "Ждут оплаты": "2",
        "Возвраты": "0",
        "Заявки партнёров": "0",
        "Документы партнёров": "0",
        "Изменения в реестре": "0",
        "Диалоги ждут человека": "0",
        "Сообщения не доставлены": "0",
        "Неизвестный плательщик": "1",
        "Отклонённые вызовы за 24 ч": "1",
        "Действия с ошибкой": "2",
        "Уведомления не уходят": "0",
        "Письма с ошибкой": "0",
    }


def test_each_tile_leads_to_exactly_its_rows(db):
    filled()
    client = signed_in(owner())

    for tile in client.get(HOME).context["dashboard"].tiles:
        rows = client.get(tile.url).context["cl"].result_list
        assert str(len(rows)) == tile.count, tile.title


def test_income_is_what_the_ledger_says_refunds_taken_off(db):
    factories.a_finished_payment()
    factories.a_finished_payment()
    factories.a_refunded_payment()
    factories.some_days(factories.a_customer(), number=30, staff=owner())

    assert MoneyEntry.objects.count() == 4
    assert [part.sums for part in income()] == [["398 ₽"]] * 3


def test_first_steps_are_shown_until_the_first_sale(db):
    user = owner()
    steps = office_dashboard(user).first_steps
    assert [step.is_done for step in steps] == [True, False, False, False]
    assert [code.partition("/payments/")[2] for code in steps[1].codes] == ["callbacks/oneplat"]

    factories.a_call()
    assert [step.is_done for step in office_dashboard(user).first_steps][:3] == [True] * 3

    factories.a_paid_payment()
    assert office_dashboard(user).first_steps == []


def test_lights_tell_the_living_from_the_silent(db):
    heartbeats.beat("worker@access", "bot")
    Heartbeat.objects.filter(process="bot").update(seen_at=wall_clock() - timedelta(minutes=7))

    money, access, _messages, _rest, _mailer, beat, bot = office_dashboard(owner()).processes

    assert "не запускался" in money.state
    assert "работает" in access.state
    assert "не запускался" in beat.state
    assert "молчит" in bot.state
    assert bot.note == "отозвался 7 мин назад"


def test_the_first_steps_name_every_address_of_a_provider(db, settings):
    settings.PAYMENT_PROVIDERS = ["cloudpayments"]
    settings.CREDENTIALS = settings.CREDENTIALS | {
        "CLOUDPAYMENTS_PUBLIC_ID": "pk_1",
        "CLOUDPAYMENTS_API_SECRET": "s",
    }
    ends = {code.rpartition("/")[2] for code in office_dashboard(owner()).first_steps[1].codes}
    assert ends == set(get_provider("cloudpayments").callback_kinds)
    assert "pay" in ends


def test_a_provider_light_tells_of_its_last_call(db):
    user = owner()
    assert "вызовов не было" in office_dashboard(user).providers[0].state

    factories.a_call()

    (light,) = office_dashboard(user).providers
    assert "принят" in light.state
    assert light.note == "последний вызов 0 с назад"


def test_a_forged_call_turns_no_light_red(db):
    user = owner()
    factories.a_call(refused="signature")
    (light,) = office_dashboard(user).providers
    assert "вызовов не было" in light.state
    assert light.note == "отклонено за 24 ч: 1"

    factories.a_call()
    factories.a_call(refused="signature")
    (light,) = office_dashboard(user).providers
    assert "принят" in light.state
    assert light.note == "последний вызов 0 с назад, отклонено за 24 ч: 2"


def test_the_first_page_asks_the_same_number_of_queries_however_much_happened(db):
    client = signed_in(owner())
    filled()
    few = queries_of(client, HOME)
    for _number in range(5):
        filled()

    assert queries_of(client, HOME) == few


def test_everybody_sees_what_he_may_see(db):
    filled()
    dashboard = office_dashboard(staff_member("integrations.view_inboundcallback"))

    assert len(dashboard.tiles) == 3
    assert dashboard.income == []
    assert dashboard.first_steps == []


def test_an_empty_office_opens(db):
    response = signed_in(owner()).get(HOME)

    assert response.status_code == 200
    assert "Первые шаги" in response.content.decode()


def test_the_sandbox_is_named_on_every_page(db, settings):
    client = signed_in(owner())
    assert "песочница" not in client.get(HOME).content.decode()

    settings.SANDBOX = True

    assert "песочница" in client.get(reverse("admin:payments_plan_changelist")).content.decode()
    assert shown(client, MoneyEntry) == set()
