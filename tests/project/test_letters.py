"""Every letter there is, in both languages: the text says what the HTML says, the HTML stands on its own."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from django.conf import settings

from integrations.mail.letters import Letter
from integrations.mail.samples import samples
from integrations.models import Brand

pytestmark = pytest.mark.django_db

WORD = re.compile(r"\w+", re.UNICODE)
HIDDEN = {"style", "title", "head", "script"}
VOID = {"br", "img", "meta", "hr", "link"}
LANGUAGES = [code for code, _name in settings.LANGUAGES]


class Seen(HTMLParser):
    """What a reader sees of a letter, and where it leads."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.words: list[str] = []
        self.links: list[str] = []
        self.pictures: list[dict[str, str | None]] = []
        self.styled = True
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        if tag == "a":
            self.links.append(facts["href"] or "")
        if tag == "img":
            self.pictures.append(facts)
        if tag in ("p", "td", "a", "body", "table"):
            self.styled = self.styled and "style" in facts
        if tag not in VOID:
            self.open.append((tag, tag in HIDDEN or facts.get("class") == "preheader"))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not any(is_hidden for _tag, is_hidden in self.open):
            self.words += WORD.findall(data)


def lowered(words: list[str]) -> set[str]:
    return {word.lower() for word in words}


def missing(letter: Letter) -> set[str]:
    seen = Seen(letter.html)
    lost = lowered(seen.words) - lowered(WORD.findall(letter.text))
    return lost | {link for link in seen.links if link not in letter.text}


@pytest.fixture
def brand() -> Brand:
    return Brand.objects.create(
        pk=1,
        name="Домашний мастер",
        colour="#7a1fa2",
        reply_to="help@example.com",
        footer_ru="Общество «Пример», Тула\nhttps://shop.example.com/contacts/",
        footer_en="Example Society, Tula",
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_text_says_everything_the_html_says(language: str):
    letters = {sample.slug: sample.compose(language) for sample in samples()}
    assert {slug: lost for slug, letter in letters.items() if (lost := missing(letter))} == {}
    for letter in letters.values():
        assert letter.subject
        assert "{{" not in letter.text + letter.html
        assert f'<html lang="{language}">' in letter.html


def test_a_word_or_an_address_left_out_would_be_noticed():
    """The control."""
    letter = samples()[3].compose("ru")
    html = letter.html.replace(
        "</body>", '<p>лишнее <a href="https://a.example/">777</a></p></body>'
    )
    changed = Letter(subject="", text=letter.text, html=html)
    assert missing(changed) == {"лишнее", "777", "https://a.example/"}


def test_every_template_has_a_sample():
    folder = settings.BASE_DIR / "templates" / "email"
    written = {file.name.removesuffix(".subject.txt") for file in folder.glob("*.subject.txt")}
    assert written == {sample.kind for sample in samples()}
    assert len({sample.slug for sample in samples()}) == len(samples())


def test_a_letter_needs_no_style_sheet_and_loads_nothing():
    for sample in samples():
        letter = sample.compose("ru")
        assert Seen(letter.html).styled, sample.slug
        assert "prefers-color-scheme: dark" in letter.html
        assert "max-width: 480px" in letter.html
        assert "<link" not in letter.html
        assert "<script" not in letter.html
        assert Seen(letter.html).pictures == []
        assert len(letter.subject) <= 150


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_brand_signs_every_letter(brand: Brand, language: str):
    for sample in samples():
        letter = sample.compose(language)
        assert missing(letter) == set()
        assert brand.name in letter.html
        assert brand.name in letter.text
        assert letter.reply_to == brand.reply_to
    footer = {"ru": "Общество «Пример», Тула", "en": "Example Society, Tula"}[language]
    assert footer in letter.text
    assert "background: #7a1fa2" in letter.html


def test_hostile_words_are_words():
    sample = next(one for one in samples() if one.kind == "lead_offered")
    letter = sample.compose("ru")
    assert "<b>two floors</b>" in letter.text
    assert "&lt;b&gt;two floors&lt;/b&gt;" in letter.html
