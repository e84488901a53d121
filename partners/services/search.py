"""The text a partner is found by: whatever somebody may remember of him, in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from partners.models import Partner, SearchWord
from partners.models.vocabulary import Term
from partners.selectors.words import can_be_misspelt, words

AT_A_TIME = 500


def refresh(partner: Partner) -> None:
    """Write the text anew, inside the caller's transaction; after every change of what it is made of."""
    partner.search = text_of(partner)
    Partner.objects.filter(pk=partner.pk).update(search=partner.search)
    _keep_words([partner])


def refresh_all() -> int:
    """The same for everybody, after a word of the lists was renamed; returns how many texts changed."""
    changed, last = 0, 0
    while batch := list(
        Partner.objects.filter(pk__gt=last)
        .select_related("category")
        .prefetch_related("specialisations", "regions", "cities", "services")
        .order_by("pk")[:AT_A_TIME]
    ):
        stale = [partner for partner in batch if partner.search != text_of(partner)]
        for partner in stale:
            partner.search = text_of(partner)
        changed += Partner.objects.bulk_update(stale, ["search"]) if stale else 0
        _keep_words(stale)
        last = batch[-1].pk
    return changed


def text_of(partner: Partner) -> str:
    """Normal words with a space at either end, so that a short one can be matched whole; the name comes first."""
    return f" {' '.join(word for text in _texts(partner) for word in words(text))} "


def _keep_words(partners: Iterable[Partner]) -> None:
    """In one order, so that two decisions at once cannot lock each other out."""
    new = {word for partner in partners for word in partner.search.split() if can_be_misspelt(word)}
    SearchWord.objects.bulk_create(
        [SearchWord(word=word) for word in sorted(new)], ignore_conflicts=True
    )


def _texts(partner: Partner) -> Iterator[str]:
    yield from (partner.name, partner.get_legal_form_display(), partner.legal_name)
    yield from (partner.inn, partner.ogrn, partner.code)
    yield from _titles([partner.category])
    yield from _titles(partner.specialisations.all())
    yield from (service.title for service in partner.services.all())
    yield from (city.name for city in partner.cities.all())
    yield from _titles(partner.regions.all())
    yield partner.about


def _titles(terms: Iterable[Term]) -> Iterator[str]:
    for term in terms:
        yield from (term.title_ru, term.title_en)
