"""The rules: each looks at one thing and says pass, doubt, fail or unknown. A person decides; no verdict does.

A value that was not sent has no verdict. `detail` is a message of the catalogue (RuleVerdict.explanation translates
it) or the service's own words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.utils.translation import gettext_noop as _
from django.utils.translation import override

from integrations.clock import now
from integrations.fns.cards import TRADER, Marks, RegistryCard
from partners import marks as known_marks
from partners.models import LegalForm, RegistryAnswer, RuleVerdict
from partners.numbers import WORDS, Fault, inn_fault, is_person, kpp_fault, ogrn_fault
from partners.services.verification import likeness
from partners.services.verification.claims import Claims
from partners.services.verification.likeness import Likeness

Rule = RuleVerdict.Rule
PASS, DOUBT, FAIL, UNKNOWN = (
    RuleVerdict.Result.PASS,
    RuleVerdict.Result.DOUBT,
    RuleVerdict.Result.FAIL,
    RuleVerdict.Result.UNKNOWN,
)
BY_LIKENESS = {Likeness.SAME: PASS, Likeness.CLOSE: DOUBT, Likeness.OTHER: FAIL}
# OKOPF of the forms that an application may name; older entries have their old codes.
FORM_CODES = {
    "12300": LegalForm.OOO,
    "65": LegalForm.OOO,
    "12267": LegalForm.AO,
    "12200": LegalForm.AO,
    "12247": LegalForm.PAO,
    "47": LegalForm.OAO,
    "67": LegalForm.ZAO,
}
# Until a company re-registers it may call itself by the form it once had.
FORMER: dict[str, str] = {LegalForm.ZAO: LegalForm.AO, LegalForm.OAO: LegalForm.PAO}
WIDTH = 500


@dataclass(frozen=True, slots=True)
class Verdict:
    rule: str
    result: RuleVerdict.Result
    sent: str = ""
    found: str = ""
    detail: str = ""
    answer: RegistryAnswer | None = None

    def row(self, application_id: int) -> RuleVerdict:
        return RuleVerdict(
            application_id=application_id,
            rule=self.rule[:40],
            result=self.result,
            sent=self.sent[:WIDTH],
            found=self.found[:WIDTH],
            detail=self.detail[:WIDTH],
            answer=self.answer,
        )


def of_digits(claims: Claims) -> list[Verdict]:
    """What needs no register."""
    found = [_number(Rule.INN_DIGITS, claims.inn, inn_fault(claims.inn))]
    if claims.ogrn:
        found.append(_number(Rule.OGRN_DIGITS, claims.ogrn, ogrn_fault(claims.ogrn)))
    return found


def unanswered(claims: Claims, why: str) -> list[Verdict]:
    """The tax service said nothing: nothing is taken for granted."""
    return [Verdict(rule, UNKNOWN, detail=why) for rule in (Rule.FOUND, Rule.ACTIVE, Rule.MARKS)]


def of_card(
    claims: Claims, card: RegistryCard | None, answer: RegistryAnswer | None
) -> list[Verdict]:
    """What the register's entry says, or that there is none."""
    if card is None:
        why = _("ФНС не знает такого ИНН")
        if is_person(claims.inn):
            why = _("ФНС не знает предпринимателя с таким ИНН")
        return [Verdict(Rule.FOUND, FAIL, claims.inn, detail=why, answer=answer)]
    verdicts = [
        Verdict(Rule.FOUND, PASS, claims.inn, card.short_name or card.full_name),
        _active(card),
        *_name(claims, card),
        *_ogrn(claims, card),
        *_kpp(claims, card),
        *_form(claims, card),
        _age(card),
        *_director(claims, card),
        *_address(claims, card),
    ]
    return [_with(verdict, answer) for verdict in verdicts]


def of_marks(marks: Marks | None, answer: RegistryAnswer | None, why: str = "") -> list[Verdict]:
    """One verdict for each negative mark, and one for there being none; None: `check` said nothing, and `why`."""
    if marks is None:
        why = why or _("ФНС ничего не сказала о признаках")
        return [Verdict(Rule.MARKS, UNKNOWN, detail=why, answer=answer)]
    found = [
        Verdict(
            f"{RuleVerdict.MARK}{name}",
            FAIL if name in known_marks.FATAL else DOUBT,
            found=text,
            answer=answer,
        )
        for name, text in marks.negative.items()
        if name != known_marks.SUMMARY
    ]
    summary = str(marks.negative.get(known_marks.SUMMARY) or "")
    worst = FAIL if any(one.result == FAIL for one in found) else DOUBT if found else PASS
    return [Verdict(Rule.MARKS, worst, found=summary, answer=answer), *found]


def _number(rule: Rule, number: str, fault: Fault | None) -> Verdict:
    detail = "" if fault is None else _source(fault)
    return Verdict(rule, PASS if fault is None else FAIL, number, detail=detail)


def _source(fault: Fault) -> str:
    """The message's id, which is its Russian text."""
    with override("ru"):
        return str(WORDS[fault])


def _active(card: RegistryCard) -> Verdict:
    closed = f", {card.closed_on:%d.%m.%Y}" if card.closed_on else ""
    found = f"{card.status}{closed}"
    if card.is_active:
        return Verdict(Rule.ACTIVE, PASS, found=found)
    if card.is_ceased:
        return Verdict(Rule.ACTIVE, FAIL, found=found, detail=_("компания больше не действует"))
    why = (
        _("состояние не сказано") if not card.status else _("необычное состояние: посмотрите сами")
    )
    return Verdict(Rule.ACTIVE, DOUBT, found=found, detail=why)


def _name(claims: Claims, card: RegistryCard) -> Iterator[Verdict]:
    if not claims.company:
        return
    if card.kind == TRADER:
        like = likeness.people(claims.company, card.full_name)
    else:
        like = likeness.companies(claims.company, card.short_name, card.full_name)
    found = card.short_name or card.full_name
    detail = {Likeness.CLOSE: _("похоже, но не то же"), Likeness.OTHER: _("другое название")}
    yield Verdict(Rule.NAME, BY_LIKENESS[like], claims.company, found, detail.get(like, ""))


def _ogrn(claims: Claims, card: RegistryCard) -> Iterator[Verdict]:
    if claims.ogrn and card.ogrn:
        same = claims.ogrn == card.ogrn
        yield Verdict(Rule.OGRN, PASS if same else FAIL, claims.ogrn, card.ogrn)
    elif claims.ogrn:
        yield Verdict(Rule.OGRN, UNKNOWN, claims.ogrn)


def _kpp(claims: Claims, card: RegistryCard) -> Iterator[Verdict]:
    """A branch has a KPP of its own, so another one is no lie."""
    if not claims.kpp:
        return
    fault = kpp_fault(claims.kpp)
    if fault is not None:
        yield Verdict(Rule.KPP, FAIL, claims.kpp, card.kpp, _source(fault))
    elif card.kind == TRADER:
        yield Verdict(Rule.KPP, DOUBT, claims.kpp, "", _("у предпринимателя не бывает КПП"))
    elif not card.kpp:
        yield Verdict(Rule.KPP, UNKNOWN, claims.kpp)
    else:
        result = PASS if claims.kpp == card.kpp else DOUBT
        detail = "" if result == PASS else _("другой КПП: возможно, филиал")
        yield Verdict(Rule.KPP, result, claims.kpp, card.kpp, detail)


def _form(claims: Claims, card: RegistryCard) -> Iterator[Verdict]:
    if not claims.legal_form:
        return
    known = form_of(card)
    found = card.form or str(dict(LegalForm.choices).get(known, ""))
    sent = str(dict(LegalForm.choices).get(claims.legal_form, claims.legal_form))
    if not known:
        result = UNKNOWN
    elif claims.legal_form == known:
        result = PASS
    elif LegalForm.IP in (claims.legal_form, known) and claims.legal_form != LegalForm.OTHER:
        result = FAIL
    else:
        result = DOUBT
    # An old form on paper is the new one in the register.
    if result == DOUBT and FORMER.get(claims.legal_form) == known:
        result = PASS
    yield Verdict(Rule.FORM, result, sent, found)


def form_of(card: RegistryCard) -> str:
    """A LegalForm's code; empty where the register does not say one that we know."""
    if card.kind == TRADER:
        return LegalForm.IP
    by_code = FORM_CODES.get(card.form_code)
    return by_code or likeness.legal_form(card.short_name) or likeness.legal_form(card.full_name)


def _age(card: RegistryCard) -> Verdict:
    since = card.registered_on
    if since is None:
        return Verdict(Rule.AGE, UNKNOWN, detail=_("дата регистрации не сказана"))
    young = now().date() - since < timedelta(days=settings.PARTNER_YOUNG_DAYS)
    detail = _("зарегистрирована недавно") if young else ""
    return Verdict(Rule.AGE, DOUBT if young else PASS, found=_day(since), detail=detail)


def _director(claims: Claims, card: RegistryCard) -> Iterator[Verdict]:
    if not claims.director:
        return
    known = card.director or (card.full_name if card.kind == TRADER else "")
    if not known and card.managed_by:
        detail = _("компанией управляет другая компания")
        yield Verdict(Rule.DIRECTOR, DOUBT, claims.director, card.managed_by, detail)
    elif not known:
        yield Verdict(Rule.DIRECTOR, UNKNOWN, claims.director)
    else:
        like = likeness.people(claims.director, known)
        yield Verdict(Rule.DIRECTOR, _mild(like), claims.director, known)


def _address(claims: Claims, card: RegistryCard) -> Iterator[Verdict]:
    if not claims.legal_address:
        return
    if not card.address:
        yield Verdict(Rule.ADDRESS, UNKNOWN, claims.legal_address)
        return
    like = likeness.addresses(claims.legal_address, card.address)
    # Addresses are written in a thousand ways: what is much alike is the same, what is not is looked at.
    result = DOUBT if like == Likeness.OTHER else PASS
    yield Verdict(Rule.ADDRESS, result, claims.legal_address, card.address)


def _mild(like: Likeness) -> RuleVerdict.Result:
    """People change faster than the register is told."""
    return PASS if like == Likeness.SAME else DOUBT


def _day(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def _with(verdict: Verdict, answer: RegistryAnswer | None) -> Verdict:
    return Verdict(
        verdict.rule, verdict.result, verdict.sent, verdict.found, verdict.detail, answer
    )
