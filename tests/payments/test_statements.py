"""Uploaded statements: what people really export, and what is refused with the number of its line."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from integrations.clock import now
from integrations.services import outbox
from payments.models import Payment, ReconciliationLine, ReconciliationRun, Statement
from payments.services import statements
from payments.services.statement_reading import StatementRefused, read_statement
from tests import factories

Kind = ReconciliationLine.Kind
RUSSIAN = "Номер заказа;Сумма;Дата;Статус\nord-1;1 199,50;20.11.2026 12:30;Оплачен\n"


@pytest.fixture
def olga(db) -> User:
    return User.objects.create_user("olga", is_staff=True)


def read(text: str, **options) -> list[dict[str, str | None]]:
    return read_statement(text.encode(options.pop("encoding", "utf-8")), currency="RUB")


def refusals(content: bytes) -> list[tuple[int, str]]:
    with pytest.raises(StatementRefused) as refused:
        read_statement(content, currency="RUB")
    return [(one.line, one.text) for one in refused.value.problems]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_any_encoding_and_separator(encoding, separator):
    text = RUSSIAN.replace(";", separator).replace("1 199,50", '"1 199,50"')
    assert read(text, encoding=encoding) == [
        {
            "line": "2",
            "kind": "paid",
            "reference": "ord-1",
            "external_id": "",
            "amount": "1199.50",
            "refunded": "0",
            "currency": "RUB",
            "at": "2026-11-20T12:30:00+03:00",
        }
    ]


def test_commas_inside_cells_do_not_make_them_the_separator():
    told = refusals("Номер;Сумма\nа;1,2,3,4\n".encode())
    assert told == [(2, "сумма «1,2,3,4» не читается")]


def test_english_headers_and_both_numbers():
    (row,) = read(
        "Payment ID,Order ID,Amount,Currency,Date,Status\n"
        'p-1,ord-1,"1,199.50",usd,2026-11-20T09:30:00Z,succeeded\n'
    )
    assert (row["external_id"], row["reference"], row["amount"]) == ("p-1", "ord-1", "1199.50")
    assert (row["currency"], row["at"]) == ("USD", "2026-11-20T09:30:00+00:00")


def test_one_number_may_be_either():
    (row,) = read("№;Сумма\n777;5\n")
    assert (row["external_id"], row["reference"], row["refunded"]) == ("777", "777", None)


def test_lines_above_the_header_and_empty_ones_are_passed_over():
    rows = read(f"Выписка по магазину\nза ноябрь\n\n{RUSSIAN}\n;;;\n")
    assert [row["line"] for row in rows] == ["5"]


@pytest.mark.parametrize(
    ("amount", "status"), [("-50,00", "Оплачен"), ("50", "Возврат"), ("−50", "Возвращён")]
)
def test_a_refund_is_a_row_of_its_own(amount, status):
    (row,) = read(f"Номер;Сумма;Статус\nord-1;{amount};{status}\n")
    assert (row["kind"], row["amount"]) == ("refunded", None)
    assert str(row["refunded"]).startswith("50")


def test_a_column_of_refunds_says_what_went_back():
    (row,) = read("Номер;Сумма;Возврат\nord-1;199;50,5\n")
    assert (row["kind"], row["amount"], row["refunded"]) == ("paid", "199", "50.5")


def test_what_was_never_paid_is_no_row():
    rows = read("Номер;Сумма;Статус\na;5;Отменён\nb;5;pending\nc;5;paid\n")
    assert [row["reference"] for row in rows] == ["c"]


def test_a_date_without_a_time_is_noon():
    (row,) = read("Номер;Сумма;Дата\nord-1;5;20.11.2026\n")
    assert row["at"] == "2026-11-20T12:00:00+03:00"


def test_errors_are_told_by_line():
    told = refusals(
        "Номер;Сумма;Дата;Статус\n"
        "a;сто;20.11.2026;Оплачен\n"
        "b;5;вчера;Оплачен\n"
        ";5;20.11.2026;Оплачен\n"
        "d;5;20.11.2026;Съеден\n"
        "e;1,234;20.11.2026;Оплачен\n".encode()
    )
    assert [line for line, _text in told] == [2, 3, 4, 5, 6]
    assert told[0][1] == "сумма «сто» не читается"
    assert told[3][1] == "незнакомый статус «Съеден»"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01\x02PK",
        "Клиент;Комментарий\nАнна;привет\n".encode(),
        "Номер;Сумма;Статус\na;5;Отменён\n".encode(),
        b"x" * (5 * 1024 * 1024 + 1),
    ],
)
def test_a_file_that_is_no_statement_is_refused_as_a_whole(content):
    ((line, text),) = refusals(content)
    assert (line, bool(text)) == (0, True)


class TestUpload:
    def upload(self, olga: User, text: str) -> Statement:
        return statements.upload(
            provider="oneplat", name="ноябрь.csv", content=text.encode(), currency="RUB", staff=olga
        )

    def test_it_is_looked_at_first(self, olga):
        ours = factories.a_payment(reference="ord-1")
        statement = self.upload(olga, RUSSIAN + "ord-2;-5;21.11.2026;Возврат\n")
        seen = statements.preview(statement)
        assert (statement.kept_at, seen.count) == (None, 2)
        assert ([str(sum_) for sum_ in seen.paid], [str(sum_) for sum_ in seen.refunded]) == (
            ["1199.50 RUB"],
            ["5 RUB"],
        )
        assert [payment for _row, payment in seen.shown] == [ours, None]
        assert ReconciliationRun.objects.count() == 0

    def test_the_same_file_is_taken_once(self, olga):
        first = self.upload(olga, RUSSIAN)
        assert self.upload(olga, RUSSIAN) == first
        self.keep(first, olga)
        with pytest.raises(statements.UploadedBefore):
            self.upload(olga, RUSSIAN)

    def keep(self, statement: Statement, olga: User) -> ReconciliationRun:
        return statements.keep(
            statement_id=statement.pk, since=now() - timedelta(days=7), until=now(), staff=olga
        )

    def test_a_kept_one_is_compared_as_if_it_were_their_list(self, olga):
        fine, missing = factories.a_paid_payment(), factories.a_paid_payment()
        waiting = factories.a_payment()
        text = "Номер заказа;Сумма\n" + "".join(
            f"{reference};199\n" for reference in (fine.reference, waiting.reference, "stranger")
        )
        run = self.keep(self.upload(olga, text), olga)
        outbox.drain()
        run.refresh_from_db()
        assert run.status == "done", run.error
        assert {(line.kind, line.payment_id) for line in run.lines.all()} == {
            (Kind.PAID_THERE, waiting.pk),
            (Kind.MISSING_THERE, missing.pk),
            (Kind.MISSING_HERE, None),
        }
        assert Payment.objects.get(pk=waiting.pk).status == Payment.Status.PENDING

    def test_one_that_was_only_looked_at_may_be_forgotten(self, olga):
        statement = self.upload(olga, RUSSIAN)
        assert statements.discard(statement_id=statement.pk)
        kept = self.upload(olga, RUSSIAN)
        self.keep(kept, olga)
        assert not statements.discard(statement_id=kept.pk)
