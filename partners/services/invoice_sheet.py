"""An invoice drawn on one page of A4, in millimetres, with an embedded font: PDF's own have no Cyrillic."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from payments.abilities import Seller

FAMILY = "DejaVu"
WIDTH = 190  # of what is drawn on: A4 less its margins
LINE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Everything an invoice says, in words ready to be set."""

    seller: Seller
    title: str
    sold_by: str
    bought_by: str
    item: str
    total: str
    vat: str
    in_words: str
    purpose: str
    pay_until: str


def draw(sheet: Sheet) -> bytes:
    """The page, in the active language."""
    pdf = FPDF(format="A4")
    pdf.set_margins(10, 12)
    fonts = settings.BASE_DIR / "templates" / "fonts" / "dejavu"
    pdf.add_font(FAMILY, "", fonts / "DejaVuSans.ttf")
    pdf.add_font(FAMILY, "B", fonts / "DejaVuSans-Bold.ttf")
    pdf.set_title(sheet.title)
    pdf.add_page()
    _requisites(pdf, sheet.seller)
    pdf.ln(6)
    _text(pdf, sheet.title, size=14, bold=True)
    pdf.ln(2)
    pdf.line(10, pdf.get_y(), 10 + WIDTH, pdf.get_y())
    pdf.ln(3)
    _text(pdf, _("Исполнитель: %(who)s") % {"who": sheet.sold_by})
    pdf.ln(1)
    _text(pdf, _("Заказчик: %(who)s") % {"who": sheet.bought_by})
    pdf.ln(4)
    _items(pdf, sheet)
    pdf.ln(3)
    _text(pdf, _("Всего к оплате: %(sum)s") % {"sum": sheet.total}, bold=True)
    _text(pdf, sheet.in_words, bold=True)
    _text(pdf, sheet.vat)
    pdf.ln(4)
    _text(pdf, _("Назначение платежа (скопируйте без изменений):"), size=8)
    _text(pdf, sheet.purpose)
    if sheet.pay_until:
        pdf.ln(2)
        _text(pdf, _("Счёт действителен до: %(day)s") % {"day": sheet.pay_until})
    pdf.ln(12)
    _signatures(pdf, sheet.seller)
    return bytes(pdf.output())


def _text(pdf: FPDF, words: str, *, size: int = 10, bold: bool = False) -> None:
    pdf.set_font(FAMILY, "B" if bold else "", size)
    height = LINE + 2 if bold and size > 10 else LINE
    pdf.multi_cell(WIDTH, height, words, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _requisites(pdf: FPDF, seller: Seller) -> None:
    """Where the money goes, as payment orders name it."""
    rows = [
        (_("Банк получателя"), seller.bank),
        (_("БИК"), seller.bik),
        (_("Корреспондентский счёт"), seller.corr_account),
        (_("Получатель"), seller.name),
        (_("ИНН"), seller.inn),
        (_("КПП"), seller.kpp),
        (_("Расчётный счёт"), seller.account),
    ]
    pdf.set_font(FAMILY, "", 9)
    with pdf.table(
        width=WIDTH, col_widths=(55, 135), line_height=LINE + 1, first_row_as_headings=False
    ) as table:
        for row in rows:
            if row[1]:
                table.row(row)


def _items(pdf: FPDF, sheet: Sheet) -> None:
    pdf.set_font(FAMILY, "", 9)
    heads = (_("№"), _("Услуга"), _("Кол-во"), _("Ед."), _("Цена"), _("Сумма"))
    row = ("1", sheet.item, "1", _("усл."), sheet.total, sheet.total)
    columns = (8, 84, 18, 14, 33, 33)
    align = ("CENTER", "LEFT", "CENTER", "CENTER", "RIGHT", "RIGHT")
    with pdf.table(
        width=WIDTH, col_widths=columns, text_align=align, line_height=LINE + 1
    ) as table:
        table.row(heads)
        table.row(row)


def _signatures(pdf: FPDF, seller: Seller) -> None:
    for role, who in ((_("Руководитель"), seller.director), (_("Бухгалтер"), seller.accountant)):
        if who:
            _text(pdf, f"{role} ____________________ / {who} /")
            pdf.ln(5)
