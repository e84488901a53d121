"""Cards in other sites: whom the browser lets frame them, and the logo they show."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from partners.models import Partner
from partners.services import logos
from partners.services.framing import frame_ancestors
from project.checks import check_embed_hosts
from tests.partners.factories import a_partner
from tests.partners.test_public_pages import Seen
from tests.project.test_content_policy import policy_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("host", "source"),
    [
        ("example.tilda.ws", "https://example.tilda.ws"),
        ("*.Example.com", "https://*.example.com"),
        ("http://127.0.0.1:8090/", "http://127.0.0.1:8090"),
        ("пример.рф", "https://xn--e1afmkfd.xn--p1ai"),
        ("http://пример.рф:81", "http://xn--e1afmkfd.xn--p1ai:81"),
        ("example.com; script-src *", ""),
        ("'unsafe-inline'", ""),
        ("*", ""),
        ("example.com/path", ""),
        ("javascript:alert(1)", ""),
    ],
)
def test_a_site_is_named_as_a_policy_wants_it(settings, host, source):
    settings.EMBED_HOSTS = [host]
    assert frame_ancestors() == ([source] if source else [])
    assert [error.id for error in check_embed_hosts()] == ([] if source else ["project.E012"])


def test_only_cards_may_be_framed_and_only_by_those_sites(client, settings):
    settings.EMBED_HOSTS = ["example.tilda.ws", "пример.рф"]
    partner = a_partner()
    for address in (f"/partners/{partner.code}/card/", "/partners/embed/?region=99"):
        answer = client.get(address)
        policy = policy_of(answer)
        assert policy["frame-ancestors"] == [
            "'self'",
            "https://example.tilda.ws",
            "https://xn--e1afmkfd.xn--p1ai",
        ]
        assert policy["default-src"] == ["'self'"]
        assert not answer.has_header("X-Frame-Options")
        assert answer["X-Robots-Tag"] == "noindex"
        Seen(answer.content.decode()).harmless()
    for address in (f"/partners/{partner.code}/", "/partners/"):
        answer = client.get(address)
        assert policy_of(answer)["frame-ancestors"] == ["'none'"]
        assert answer["X-Frame-Options"] == "DENY"


def test_a_list_of_cards_is_the_catalogues_beginning(client):
    for number in range(8):
        a_partner(name=f"Ромашка {number}", regions=["50" if number else "77"])
    html = client.get("/partners/embed/?region=50&lang=en").content.decode()
    assert html.count("<article") == 6
    assert "Ромашка 0" not in html
    assert '/partners/?region=50&amp;lang=en"' in html
    assert (
        "Подходящих компаний пока нет" in client.get("/partners/embed/?region=52").content.decode()
    )


def test_the_script_has_one_address_and_is_not_sent_twice(client):
    answer = client.get("/partners/embed.js")
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert b"data-provodnik-partner" in answer.content
    again = client.get("/partners/embed.js", headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304


def sent(image_format: str, size: tuple[int, int] = (1500, 600)) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "#0b62bb").save(out, image_format)
    return out.getvalue()


def with_logo(content: bytes, name: str = "logo.png") -> Partner:
    partner = a_partner()
    partner.logo.save(name, ContentFile(content))
    return partner


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_logo_is_drawn_anew(client, image_format):
    original = sent(image_format) + b"<script>alert(1)</script>"
    partner = with_logo(original, "logo.html")
    answer = client.get(f"/partners/{partner.code}/logo.png")
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert b"script" not in answer.content
    with Image.open(BytesIO(answer.content)) as drawn:
        assert (drawn.format, drawn.size) == ("PNG", (512, 205))
    assert "max-age=3600" in answer["Cache-Control"]
    again = client.get(
        f"/partners/{partner.code}/logo.png", headers={"If-None-Match": answer["ETag"]}
    )
    assert again.status_code == 304


def test_a_logo_of_one_version_is_kept_for_a_year(client):
    partner = with_logo(sent("PNG"))
    html = client.get(f"/partners/{partner.code}/").content.decode()
    (logo,) = (image for image in Seen(html).all("img") if image.get("class") == "logo")
    answer = client.get(str(logo["src"]))
    assert "max-age=31536000" in answer["Cache-Control"]
    assert "immutable" in answer["Cache-Control"]
    with_other = Partner.objects.get(pk=partner.pk)
    with_other.logo.save("other.png", ContentFile(sent("PNG", (10, 10))))
    assert str(logo["src"]) not in client.get(f"/partners/{partner.code}/").content.decode()


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"not a picture",
        b"",
        sent("PNG")[:200],
        sent("BMP"),
    ],
)
def test_what_is_no_picture_is_not_found(client, content):
    partner = with_logo(content)
    assert client.get(f"/partners/{partner.code}/logo.png").status_code == 404
    assert client.get(f"/partners/{partner.code}/").status_code == 200


def test_a_bomb_is_not_unpacked(monkeypatch):
    monkeypatch.setattr(logos, "MOST_PIXELS", 1500 * 600 - 1)
    with pytest.raises(ValueError, match="pixels"):
        logos.small_png(sent("PNG"))
    monkeypatch.setattr(logos, "MOST_BYTES", 10)
    with pytest.raises(ValueError, match="bytes"):
        logos.small_png(sent("PNG"))


def test_a_lost_file_does_not_break_the_page(client):
    partner = a_partner(logo="partners/logos/lost.png")
    assert client.get(f"/partners/{partner.code}/logo.png").status_code == 404
    assert client.get(f"/partners/{partner.code}/").status_code == 200
