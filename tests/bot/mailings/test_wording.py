"""What a mailing says, and what keeps it from being sent."""

from __future__ import annotations

import pytest

from bot.mailings.composing import as_letter, in_chat, preview, sample, shown_length, wording
from bot.mailings.markup import is_good_link, marked
from bot.mailings.wording import problems
from bot.models import Mailing, Recipient
from bot.rendering import MAX_TEXT, Screen
from integrations.sandbox.telegram.markup import from_html
from tests.bot.mailings.rows import Channel, a_mailing, agreed
from tests.factories import a_customer
from tests.partners.factories import a_partner

pytestmark = pytest.mark.django_db

SOURCE = """# Новости

Привет, **{name}**! _Скоро_ ~~зима~~ & <b>весна</b>.

- первое
- второе с `кодом`

1. раз
2. два

> цитата
> дальше

```
код <тут>
```

[Сайт](https://example.test/a?b=1&c=2)
"""


def test_markdown_becomes_what_telegram_takes():
    text, entities = from_html(marked(SOURCE).telegram)
    assert text == (
        "Новости\n\nПривет, {name}! Скоро зима & <b>весна</b>.\n\n• первое\n• второе с кодом\n\n"
        "1. раз\n2. два\n\nцитата\nдальше\n\nкод <тут>\n\nСайт"
    )
    assert [entity["type"] for entity in entities] == [
        "bold", "bold", "italic", "strikethrough", "code", "blockquote", "pre", "text_link",
    ]  # fmt: skip


def test_a_letter_says_the_same_in_html_and_in_words():
    partner = a_partner(name="Ромашка & <сын>", contact_name="Анна")
    mailing = a_mailing(
        channel=Mailing.Channel.MAIL,
        body_ru="Для {company}: [кабинет](https://example.test/in?a=1&b=2)",
        subject_ru="Привет, {name}",
        button_ru="Открыть",
        button_url="https://example.test/open",
    )
    said = wording(mailing, "ru", {"https://example.test/in?a=1&b=2": 1})
    letter = as_letter(
        said,
        Recipient(
            mailing=mailing, partner=partner, language="ru", click_token="c", unsubscribe_token="u"
        ),
    )
    assert letter.subject == "Привет, Анна"
    assert "Для Ромашка &amp; &lt;сын&gt;" in letter.html
    assert "Для Ромашка & <сын>: кабинет (http://127.0.0.1:8000/l/c/1/)" in letter.text
    for part in (letter.html, letter.text):
        assert "/l/c/1/" in part
        assert "https://example.test/open" in part
        assert "/unsubscribe/u/" in part
        assert "/l/u/" not in part


def test_a_name_is_never_read_as_markup():
    customer = a_customer(first_name="*[x](https://evil.test)* <b>{until}")
    mailing = a_mailing(body_ru="Привет, {name}")
    recipient = Recipient(mailing=mailing, customer=customer, language="ru", unsubscribe_token="u")
    text, entities = from_html(in_chat(wording(mailing, "ru"), recipient).text)
    assert text == "Привет, *[x](https://evil.test)* <b>{until}"
    assert entities == []


def buttons_under(mailing: Mailing) -> list[str]:
    shown = preview(mailing, "ru")
    assert isinstance(shown, Screen)
    return [button.text for row in shown.keyboard.inline_keyboard for button in row]


def test_a_broadcast_has_a_way_out_and_a_service_message_has_none():
    mailing = a_mailing(button_ru="Сайт", button_url="https://example.test/")
    assert buttons_under(mailing) == ["Сайт", "Не присылать новости"]
    mailing.is_service = True
    assert buttons_under(mailing) == ["Сайт"]


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://example.test/x?y=1#z", True),
        ("mailto:info@example.test", True),
        ("http://example.test/", False),
        ("https://localhost/", False),
        ("javascript:alert(1)", False),
        ("https:///x", False),
        ("tg://resolve?domain=x", False),
        ("mailto:nobody", False),
        ("/relative", False),
        ("https://example.test/%7Bname%7D", False),
    ],
)
def test_only_https_and_mail_addresses_are_led_to(url, good):
    assert is_good_link(url) is good


def ready(**fields):
    agreed(a_customer(first_name="Анна").telegram_id)
    return a_mailing(**fields)


def test_a_mailing_that_is_ready_has_no_problems():
    assert problems(ready()) == []


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"body_ru": ""}, "напишите его"),
        ({"body_ru": "{naem}"}, "нет подстановки {naem}"),
        ({"body_ru": "{company}"}, "нет подстановки {company}"),
        ({"body_ru": "[x](http://example.test)"}, "http://example.test"),
        ({"body_ru": "[x](javascript:alert(1))"}, "javascript:alert(1)"),
        ({"body_ru": "![x](https://example.test/p.png)"}, "картинки"),
        ({"button_ru": "Сайт"}, "у кнопки"),
        ({"button_url": "https://example.test/"}, "у кнопки"),
        ({"body_ru": "ж" * (MAX_TEXT - 2) + "{name}"}, "длиннее"),
        ({"audience": {"language": "en"}}, "Никто не получит"),
        ({"audience": {"plans": "x"}}, "plans"),
    ],
)
def test_what_prevents_a_start_is_told_in_words(fields, said):
    found = problems(ready(**fields))
    assert any(said in problem for problem in found), found


def test_only_languages_somebody_reads_are_asked_for():
    assert problems(ready(body_en="")) == []
    agreed(a_customer(language="en").telegram_id)
    assert any("английский" in problem for problem in problems(ready(body_en="")))


def test_a_mailing_by_post_needs_a_subject_and_a_mailbox(settings):
    partner = a_partner()
    agreed(partner.email, channel=Channel.MAIL)
    found = problems(a_mailing(channel=Mailing.Channel.MAIL, subject_ru=""))
    assert any("тему" in problem for problem in found)
    assert any("SMTP_HOST" in problem for problem in found)


def test_length_is_counted_as_telegram_counts():
    assert shown_length("<b>a&amp;b</b>😀") == 5


def test_a_sample_opens_nothing():
    someone = sample(a_mailing(), "en")
    assert someone._state.adding
    assert {someone.click_token, someone.unsubscribe_token} == {"sample"}
