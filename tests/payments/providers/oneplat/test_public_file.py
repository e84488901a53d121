from __future__ import annotations

import pytest


@pytest.mark.parametrize("pasted", ["4242", " 4242\r\n"])
def test_the_domain_is_verified_by_the_shop_id_alone(client, settings, pasted):
    settings.CREDENTIALS = {"ONEPLAT_SHOP_ID": pasted}
    response = client.get("/1plat.txt")
    assert (response.status_code, response.content) == (200, b"4242")
    assert response["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize("path", ["/1plat.txt", "/other.txt"])
def test_without_a_shop_there_is_no_such_file(client, settings, path):
    settings.CREDENTIALS = {}
    assert client.get(path).status_code == 404


def test_the_file_cannot_be_written(client):
    assert client.post("/1plat.txt").status_code == 405
