"""Our words inside an exported page: each in its place, and none of them able to leave it."""

from __future__ import annotations

import pytest

from partners.services.look.dressing import Words, dress, localised, placeholders

PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8" />
<title>Шаблон
партнёра</title>
<meta property="og:title" content="Шаблон" /><meta name="robots" content="nofollow" />
<link rel="canonical" href="http://old.example/"><link rel="stylesheet" href="css/a.css">
</HEAD><body><h1>{{ partner_name }}</h1>{{content}}<p>{{nobody_knows}}</p></body></html>"""


def words(**fields) -> Words:
    return Words(
        **{
            "head": "<title>Наш</title>",
            "content": "<article>Мы</article>",
            "values": {"partner_name": "Ромашка"},
            **fields,
        }
    )


def test_the_page_gets_our_head_and_our_words():
    page = dress(PAGE, words())
    assert "<h1>Ромашка</h1><article>Мы</article><p></p>" in page
    assert page.count("<title>") == 1
    assert "<title>Наш</title></HEAD>" in page
    for theirs in ("og:title", "robots", "canonical", "Шаблон"):
        assert theirs not in page
    assert 'href="css/a.css"' in page


def test_a_partners_text_stays_text():
    hostile = "<script>alert(1)</script>{{content}}"
    page = dress(PAGE, words(values={"partner_name": hostile}))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{content}}</h1>" in page
    assert page.count("<article>") == 1


def test_a_page_without_a_head_loses_nothing():
    assert dress("<p>{{content}}</p>", words()) == "<title>Наш</title><p><article>Мы</article></p>"


def test_placeholders_are_found_with_and_without_spaces():
    assert placeholders(PAGE) == {"partner_name", "content", "nobody_knows"}
    assert placeholders("{{ Content }} {content}") == set()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<img src="images/a.png">', '<img src="/look/a.png">'),
        ("<img src='a.png'>", "<img src='/look/a.png'>"),
        ("url(../images/a.png)", "url(/look/a.png)"),
        ("url(&quot;images/a.png&quot;)", "url(&quot;/look/a.png&quot;)"),
        ('<img src="a.png?t=17">', '<img src="/look/a.png">'),
        ('<img src="images/aa.png">', '<img src="/look/aa.png">'),
        ('<img src="images/ba.png">', '<img src="images/ba.png">'),
        ("<p>images/a.png</p>", "<p>images/a.png</p>"),
        ('<a href="https://other.example/page">', '<a href="https://other.example/page">'),
    ],
)
def test_addresses_of_files_become_ours(before, after):
    assert localised(before, {"a.png": "/look/a.png", "aa.png": "/look/aa.png"}) == after
