"""One row of everything the registry shows in the back office."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User

from integrations.clock import now
from integrations.models import MailMessage
from partners.models import (
    Application,
    City,
    FieldAlias,
    Keyword,
    Partner,
    ProfileChange,
    QuotaMonth,
    Region,
    RegistryAnswer,
    SignInLink,
    TildaPage,
)
from partners.services import notes, tokens
from partners.services.decisions import decide, draft
from tests.partners.factories import a_document, a_partner, an_application, an_offer, vocabulary
from tests.partners.talks import a_busy_conversation


def an_answer(inn: str, **fields: Any) -> RegistryAnswer:
    card = {"legal_name": "ООО «РОМАШКА»", "kpp": "990101001", "registered_on": "2019-05-07"}
    answer: RegistryAnswer = RegistryAnswer.objects.create(
        **{
            "inn": inn,
            "method": "egr",
            "outcome": "found",
            "body": '{"items": []}',
            "sha256": "0" * 64,
            "card": {**card, **fields.pop("card", {})},
            **fields,
        }
    )
    return answer


def a_letter(**fields: Any) -> MailMessage:
    number = MailMessage.objects.count()
    letter: MailMessage = MailMessage.objects.create(
        **{
            "key": f"test:{number}",
            "kind": "application_decision",
            "to": "anna@example.test",
            "subject": "Письмо",
            "text": "Текст",
            "html": "<p>Текст</p>",
            **fields,
        }
    )
    return letter


def a_busy_application(staff: User, **fields: Any) -> Application:
    """With everything its page can show."""
    rival = a_partner()
    application = an_application(**{"check_state": "done", "status": "queued", **fields})
    answer = an_answer(application.inn, card={"kpp": "990199999", "legal_address": "г. Другой"})
    application.data |= {"kpp": "990101001", "services": "Кровля – 1 000–2 000 ₽ за м²"}
    application.problems = {"website": "это не адрес"}
    application.save()
    application.verdicts.create(rule="active", result="pass", answer=answer)
    application.verdicts.create(
        rule="name_matches", result="doubt", sent="Ромашка", found="РОМАШКА-2"
    )
    application.verdicts.create(rule="odd_rule", result="fail")
    application.risks.create(kind="same_phone", partner=rival)
    application.risks.create(kind="rejected_before", other=an_application())
    a_document(application=application)
    a_document(application=application, status="refused", error="слишком большой")
    an_application(inn=application.inn, status="rejected")
    notes.add(application=application, text="Звонила, ждём скан", staff=staff)
    a_letter(case=application.case)
    return application


def a_busy_partner(staff: User) -> Partner:
    partner = a_partner(website="https://romashka.example/")
    partner.services.create(title="Кровля", price_from=1000, price_to=2000, unit="м²")
    answer = an_answer(partner.inn)
    partner.changes.create(field="director", before="Петров", after="Иванов", answer=answer)
    partner.shows.create(day=now().date(), surface="page", count=5)
    an_application(partner=partner, form="profile_update", inn=partner.inn)
    a_document(partner=partner)
    an_offer(partner=partner)
    notes.add(partner=partner, text="Надёжный", staff=staff)
    a_letter(case=partner.case)
    return partner


def decided(application: Application, staff: User, outcome: str = "approve") -> Application:
    words = draft(application=application, outcome=outcome)
    decide(
        application_id=application.pk,
        outcome=outcome,
        subject=words.subject,
        body=words.body,
        staff=staff,
    )
    application.refresh_from_db()
    return application


def one_of_everything(staff: User) -> None:
    vocabulary()
    a_busy_application(staff)
    partner = a_busy_partner(staff)
    decided(an_application(), staff)
    City.objects.get_or_create(region=Region.objects.get(code="99"), name="Тестовск")
    Keyword.objects.get_or_create(meaning="client", phrase="нужна крыша")
    FieldAlias.objects.get_or_create(form="", alias="инн", defaults={"field": "inn"})
    QuotaMonth.objects.create(partner=partner, month=now().date().replace(day=1), used=3)
    ProfileChange.objects.create(
        partner=partner, field="about", before="<b>Кроем</b>", after="<i>Кроем крыши</i>"
    )
    SignInLink.objects.create(partner=partner, expires_at=now() + timedelta(hours=1))
    a_busy_conversation(staff, an_offer())
    TildaPage.objects.create(project_id="1", page_id="2", title="Страница", html="<p>x</p>")
    tokens.issue(name="ProTalk", scopes=["partners:read"], staff=staff)
