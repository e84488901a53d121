"""Pages exported from Tilda, fetched from its simulator over real HTTP."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integrations.clock import wall_clock
from integrations.sandbox.tilda_api.project import TildaApi
from integrations.tilda.client import Tilda, TildaOff, get_tilda
from partners.models import TildaAsset, TildaPage
from partners.services.look import refresh
from partners.services.look.wearing import look_of
from tests.partners import factories
from tests.support.sandbox import calls_of, plan_fault, running_sandbox

pytestmark = pytest.mark.django_db

PUBLIC, SECRET, PROJECT, PAGE = "look-public", "look-secret", "4242", "7000001"


@pytest.fixture
def tilda(settings):
    settings.TILDA_PROJECT_ID = PROJECT
    with running_sandbox(TILDA_PUBLIC_KEY=PUBLIC, TILDA_SECRET_KEY=SECRET) as sandbox:
        settings.SANDBOX_URL = sandbox.base_url
        settings.CREDENTIALS = {
            **settings.CREDENTIALS,
            "TILDA_BASE_URL": f"{sandbox.base_url}/tilda_api",
        }
        yield sandbox


def hint(**fields: str) -> bool:
    return refresh.noticed(
        **{"project_id": PROJECT, "page_id": PAGE, "public_key": PUBLIC, **fields}
    )


def due() -> None:
    TildaPage.objects.update(wanted_at=wall_clock() - timedelta(seconds=1))


def fetched() -> TildaPage:
    assert hint()
    due()
    assert refresh.refresh_due() == 1
    return TildaPage.objects.get()


def test_a_published_page_is_fetched_with_its_files(tilda, client):
    page = fetched()
    assert (page.title, page.wanted_at, page.error) == ("Шаблон партнёра", None, "")
    assert page.html.count(f'"/partners/look/{PAGE}/') == 4
    names = set(page.assets.values_list("name", flat=True))
    assert names == {
        f"tilda-blocks-page{PAGE}.min.css",
        "tilda-scripts-3.0.min.js",
        "tild-logo.png",
    }
    style = page.assets.get(name__endswith=".css")
    answer = client.get(f"/partners/look/{PAGE}/{style.name}")
    assert answer["Content-Type"] == "text/css; charset=utf-8"
    # The picture that a style names is ours, too.
    assert f"url(/partners/look/{PAGE}/tild-logo.png?v=".encode() in b"".join(answer)
    assert client.get(f"/partners/look/{PAGE}/nothing.css").status_code == 404


def test_an_unchanged_file_is_kept_and_one_that_went_is_dropped(tilda):
    page = fetched()
    before = dict(page.assets.values_list("name", "file"))
    TildaAsset.objects.create(page=page, name="old.png", content_type="image/png", sha256="0" * 64)
    fetched()
    assert dict(page.assets.values_list("name", "file")) == before


@pytest.mark.parametrize(
    "fields",
    [
        {"public_key": "somebody"},
        {"public_key": ""},
        {"project_id": "1"},
        {"page_id": "../1"},
        {"page_id": ""},
    ],
)
def test_a_hint_that_is_not_about_us_is_forgotten(tilda, client, fields):
    assert not hint(**fields)
    names = {"public_key": "publickey", "project_id": "projectid", "page_id": "pageid"}
    query = {"publickey": PUBLIC, "projectid": PROJECT, "pageid": PAGE}
    query |= {names[name]: value for name, value in fields.items()}
    answer = client.get("/partners/look/published", query)
    assert (answer.status_code, answer.content) == (200, b"ok")
    assert not TildaPage.objects.exists()


def test_several_publications_in_a_row_cost_one_call(tilda):
    for _time in range(5):
        assert hint()
    due()
    assert refresh.refresh_due() == 1
    assert calls_of(tilda, "tilda_api") == ["getpagefullexport"]


def test_a_failed_fetch_keeps_the_look_and_says_why(tilda):
    page = fetched()
    plan_fault(tilda, "tilda_api", "status", status=500)
    hint()
    due()
    assert refresh.refresh_due() == 0
    after = TildaPage.objects.get()
    assert (after.html, after.fetched_at) == (page.html, page.fetched_at)
    assert "500" in after.error
    assert after.wanted_at
    assert after.wanted_at > wall_clock()
    due()
    assert refresh.refresh_due() == 1
    assert TildaPage.objects.get().error == ""


def test_a_wrong_key_is_said_and_never_shown(tilda, monkeypatch):
    wrong = Tilda(
        base_url=f"{tilda.base_url}/tilda_api", public_key=PUBLIC, secret_key="look-other-secret"
    )
    monkeypatch.setattr(refresh, "get_tilda", lambda: wrong)
    hint()
    due()
    assert refresh.refresh_due() == 0
    error = TildaPage.objects.get().error
    assert error.startswith("tilda refused")
    assert "look-" not in error


def test_a_file_from_elsewhere_is_refused(tilda, monkeypatch):
    plain = TildaApi.export

    def with_a_stranger(self, page):
        row = {"from": "https://169.254.169.254/latest/a.png", "to": "a.png"}
        return {**plain(self, page), "images": [row]}

    monkeypatch.setattr(TildaApi, "export", with_a_stranger)
    hint()
    due()
    assert refresh.refresh_due() == 0
    assert "169.254.169.254" in TildaPage.objects.get().error
    assert not TildaAsset.objects.exists()


def test_an_hours_calls_are_never_used_up(tilda, monkeypatch):
    monkeypatch.setattr(refresh, "CALLS_AN_HOUR", 2)
    for _time in range(3):
        hint()
        due()
        refresh.refresh_due()
    assert calls_of(tilda, "tilda_api") == ["getpagefullexport"] * 2
    assert TildaPage.objects.get().error


def test_a_publication_during_a_fetch_is_not_lost(tilda):
    hint()
    due()
    claimed = refresh._claim()
    assert claimed is not None
    hint()  # while the worker is busy with the first one
    assert refresh._refresh(claimed)
    page = TildaPage.objects.get()
    assert page.fetched_at
    assert page.wanted_at is not None


def test_without_keys_nobody_is_asked(settings):
    with pytest.raises(TildaOff):
        get_tilda()


def test_only_a_page_with_a_place_for_us_is_worn(tilda):
    page = fetched()
    assert look_of(TildaPage.Role.PARTNER) is None
    TildaPage.objects.update(role=TildaPage.Role.PARTNER)
    assert look_of(TildaPage.Role.PARTNER) == page.html
    TildaPage.objects.update(html="<p>без места</p>")
    assert look_of(TildaPage.Role.PARTNER) is None


def test_a_partners_page_wears_the_look(tilda, client):
    fetched()
    TildaPage.objects.update(role=TildaPage.Role.PARTNER)
    partner = factories.a_partner(name="<b>Ромашка</b> {{content}}")
    answer = client.get(f"/partners/{partner.code}/")
    text = answer.content.decode()
    assert "Подвал сайта, как его нарисовали в Tilda" in text
    assert "&lt;b&gt;Ромашка&lt;/b&gt; {{content}}" in text
    assert text.count("<title>") == 1
    assert "unsafe-inline" in answer["Content-Security-Policy"]
    TildaPage.objects.update(role="")
    plain = client.get(f"/partners/{partner.code}/")
    assert "unsafe-inline" not in plain["Content-Security-Policy"]
