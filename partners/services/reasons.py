"""The reasons a review starts with: what is wrong and what to do, in both languages. Staff edit them afterwards."""

from __future__ import annotations

from dataclasses import dataclass

from partners.models import DecisionReason, Outcome


@dataclass(frozen=True, slots=True)
class Reason:
    """`reapply_days`: 0 stands for at once, None for never."""

    code: str
    outcome: Outcome
    title_ru: str
    title_en: str
    letter_ru: str
    letter_en: str
    reapply_days: int | None = 0


_CORRECT, _REJECT = Outcome.CORRECT, Outcome.REJECT

REASONS = (
    Reason(
        "inn_mismatch",
        _CORRECT,
        "ИНН или ОГРН не сходится с реестром",
        "Tax or registration number does not match",
        "ИНН или ОГРН в заявке не сходится с данными ФНС. Проверьте номера по свидетельству или выписке и впишите "
        "их без пробелов.",
        "The tax or registration number in your application does not match the tax service's register. Please "
        "check the numbers against your certificate or extract and type them without spaces.",
    ),
    Reason(
        "name_mismatch",
        _CORRECT,
        "Название не совпадает с реестром",
        "Name does not match the register",
        "Название компании в заявке не совпадает с тем, что записано в ФНС за этим ИНН. Впишите название как в "
        "выписке; торговую марку можно указать в рассказе о компании.",
        "The company name in your application differs from the one the tax service has for this number. Please "
        "give the name as in the extract; a trade mark may be mentioned in the description.",
    ),
    Reason(
        "no_contacts",
        _CORRECT,
        "Нет связи по контактам",
        "Contacts do not answer",
        "Мы не смогли связаться с вами по телефону или e-mail из заявки. Проверьте их и укажите, кому звонить.",
        "We could not reach you by the phone number or e-mail you gave. Please check them and name a contact person.",
    ),
    Reason(
        "no_description",
        _CORRECT,
        "Мало сведений о работе",
        "Too little about your work",
        "По заявке не видно, чем вы занимаетесь. Выберите категорию и специализации, назовите регионы и опишите "
        "услуги с ценами.",
        "The application does not show what you do. Please choose a category and specialisations, name your regions "
        "and describe your services with prices.",
    ),
    Reason(
        "wrong_documents",
        _CORRECT,
        "Документы не подходят",
        "Documents do not fit",
        "Приложенные документы не читаются, устарели или выданы другой компании. Приложите чёткий скан или PDF.",
        "The documents you attached cannot be read, are out of date or were issued to another company. Please attach "
        "a clear scan or PDF.",
    ),
    Reason(
        "documents_missing",
        _CORRECT,
        "Не хватает документов",
        "Documents are missing",
        "Для ваших работ нужна лицензия или допуск СРО. Приложите документ к заявке.",
        "Your kind of work needs a licence or a permit. Please attach it to the application.",
    ),
    Reason(
        "liquidated",
        _REJECT,
        "Компания не действует",
        "The company is not active",
        "По данным ФНС компания ликвидирована, исключена из реестра или прекратила деятельность. Мы размещаем "
        "только действующие компании и предпринимателей.",
        "According to the tax service the company has been liquidated, struck off or has ceased its business. We list "
        "active companies and entrepreneurs only.",
        None,
    ),
    Reason(
        "duplicate",
        _REJECT,
        "Такой партнёр уже есть",
        "Already in the registry",
        "Компания с этим ИНН уже есть в реестре. Чтобы изменить её данные, войдите в кабинет по e-mail, указанному "
        "при регистрации.",
        "A company with this tax number is in the registry already. To change its data, sign in to the cabinet with "
        "the e-mail given at registration.",
    ),
    Reason(
        "outside_profile",
        _REJECT,
        "Не наш профиль",
        "Outside our field",
        "Реестр посвящён строительству и ремонту, а ваши услуги относятся к другой области.",
        "The registry is about building and renovation; your services belong to another field.",
        90,
    ),
    Reason(
        "false_data",
        _REJECT,
        "Недостоверные сведения",
        "False data",
        "Сведения в заявке или документах не подтвердились. Если это ошибка, приложите к новой заявке выписку из "
        "ФНС.",
        "What the application or the documents say could not be confirmed. If this is a mistake, attach an extract "
        "from the tax service to a new application.",
        30,
    ),
    Reason(
        "bad_record",
        _REJECT,
        "Отрицательные сведения о компании",
        "Negative facts about the company",
        "По открытым данным ФНС у компании есть признаки, с которыми мы не размещаем: недостоверный адрес или "
        "руководитель, приостановленные счета.",
        "The tax service's open data show facts with which we do not list a company: an unreliable address or "
        "director, or suspended accounts.",
        90,
    ),
    Reason(
        "spam",
        _REJECT,
        "Не заявка",
        "Not an application",
        "Отправленное не похоже на заявку партнёра.",
        "What was sent does not look like a partner's application.",
        None,
    ),
)


def load_reasons() -> int:
    """Create the default reasons that are missing; returns how many. An edited one is left as it is."""
    known = set(DecisionReason.objects.values_list("code", flat=True))
    missing = [
        DecisionReason(
            code=reason.code,
            outcome=reason.outcome,
            title_ru=reason.title_ru,
            title_en=reason.title_en,
            letter_ru=reason.letter_ru,
            letter_en=reason.letter_en,
            reapply_days=reason.reapply_days,
            position=position,
        )
        for position, reason in enumerate(REASONS, 1)
        if reason.code not in known
    ]
    return len(DecisionReason.objects.bulk_create(missing, ignore_conflicts=True))
