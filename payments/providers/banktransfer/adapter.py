"""An invoice that a company pays by a bank transfer. README.md says who confirms it and how."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar, Self

from integrations.callbacks import RawCallback
from integrations.errors import CallbackMalformed, CallbackRejected, ServiceRefused
from payments.abilities import Seller, StatementLine
from payments.provider import (
    EventKind,
    Invoice,
    InvoiceRequest,
    Method,
    PaymentProvider,
    ProviderEvent,
    Trust,
)

INVOICE_DAYS = 5
NUMBER = re.compile(r"[0-9]+")


class Provider(PaymentProvider):
    slug: ClassVar[str] = "banktransfer"
    label: ClassVar[str] = "Банковский перевод"
    currencies: ClassVar[frozenset[str]] = frozenset({"RUB"})
    methods: ClassVar[tuple[Method, ...]] = (Method.ANY,)
    required_env: ClassVar[tuple[str, ...]] = (
        "SELLER_NAME",
        "SELLER_INN",
        "SELLER_BANK",
        "SELLER_BIK",
        "SELLER_ACCOUNT",
        "SELLER_CORR_ACCOUNT",
    )
    optional_env: ClassVar[tuple[str, ...]] = (
        "SELLER_KPP",
        "SELLER_ADDRESS",
        "SELLER_DIRECTOR",
        "SELLER_ACCOUNTANT",
        "SELLER_VAT",
        "SELLER_INVOICE_DAYS",
    )
    for_companies_only: ClassVar[bool] = True

    def __init__(self, *, seller: Seller, invoice_days: int = INVOICE_DAYS) -> None:
        self.seller = seller
        self.invoice_days = invoice_days

    @classmethod
    def from_credentials(cls, credentials: Mapping[str, str]) -> Self:
        days = credentials.get("SELLER_INVOICE_DAYS", "").strip()
        return cls(
            seller=Seller(
                name=credentials.get("SELLER_NAME", "").strip(),
                inn=credentials.get("SELLER_INN", "").strip(),
                kpp=credentials.get("SELLER_KPP", "").strip(),
                address=credentials.get("SELLER_ADDRESS", "").strip(),
                bank=credentials.get("SELLER_BANK", "").strip(),
                bik=credentials.get("SELLER_BIK", "").strip(),
                account=credentials.get("SELLER_ACCOUNT", "").strip(),
                corr_account=credentials.get("SELLER_CORR_ACCOUNT", "").strip(),
                director=credentials.get("SELLER_DIRECTOR", "").strip(),
                accountant=credentials.get("SELLER_ACCOUNTANT", "").strip(),
                vat=credentials.get("SELLER_VAT", "").strip(),
            ),
            invoice_days=int(days) if days.isdecimal() and int(days) else INVOICE_DAYS,
        )

    def create_invoice(self, request: InvoiceRequest) -> Invoice:
        """Nobody is asked: the invoice is ours. Its number is what the payer writes into his transfer."""
        number = NUMBER.search(request.description)
        return Invoice(external_id=number[0] if number else request.reference)

    def verify(self, raw: RawCallback) -> None:
        """No bank calls us, so whoever does is not one."""
        raise CallbackRejected("nobody calls")

    def parse(self, raw: RawCallback) -> list[ProviderEvent]:
        raise CallbackMalformed("nobody calls")

    def fetch(self, external_id: str) -> ProviderEvent:
        """There is nobody to ask. Raises ServiceRefused, always."""
        raise ServiceRefused("a bank transfer is confirmed by a statement", service=self.label)

    def told_by(self, line: StatementLine, *, reference: str, payer_id: int) -> ProviderEvent:
        """One line of one payer pays once: numbers of payment orders are each payer's own."""
        return ProviderEvent(
            kind=EventKind.PAID,
            trust=Trust.SIGNED,
            event_id=f"line:{payer_id}:{line.on.isoformat()}:{line.number}",
            reference=reference,
            money=line.money,
            operation=line.number,
            raw={
                "status": "statement",
                "number": line.number,
                "date": line.on.isoformat(),
                "sum": str(line.money),
            },
        )
