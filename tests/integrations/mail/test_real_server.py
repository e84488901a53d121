"""Letters as another program takes them: aiosmtpd with STARTTLS and a sign-in, its bytes read by the rules."""

from __future__ import annotations

import re
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

from devtools.ports import any_free
from integrations.mail import sender as module
from integrations.mail.letters import Letter
from integrations.mail.sender import get_mailbox

pytestmark = pytest.mark.django_db

ACCOUNT = ("noreply@xn----7sblg6ajc1e4b.xn--p1ai", "mail-password-of-the-tests")
UNSUBSCRIBE = (
    "<https://xn----7sblg6ajc1e4b.xn--p1ai/u/" + "t" * 40 + "/>, <mailto:stop@example.com>"
)
LETTER = Letter(
    subject="Осталось три дня: продлите доступ, иначе ссылка перестанет работать " * 2,
    text="Срок.\n.точка в начале\n" + "длинная строка " * 200 + "\n",
    html="<p>" + "длинная строка " * 200 + "</p>\n",
    reply_to="help@example.com",
)


class Taking:
    """Keeps what was handed in."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        self.taken.append(envelope)
        return "250 2.0.0 Ok"


@pytest.fixture
def certificate(tmp_path) -> Path:
    if shutil.which("openssl") is None:
        pytest.skip("no openssl program to make a certificate with")
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost"]
    command += ["-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "cert.pem")]
    subprocess.run(command, check=True, capture_output=True)
    return Path(tmp_path)


@pytest.fixture
def server(certificate, settings, monkeypatch) -> Iterator[Taking]:
    def known(_server: Any, _session: Any, _envelope: Any, _kind: str, data: Any) -> AuthResult:
        given = isinstance(data, LoginPassword) and (data.login.decode(), data.password.decode())
        return AuthResult(success=given == ACCOUNT)

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    taking = Taking()
    controller = Controller(
        taking,
        hostname="localhost",
        port=any_free(),
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=known,
    )
    controller.start()
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))
    monkeypatch.setattr(module, "is_this_machine", lambda _host: False)
    settings.EMAIL_FROM = "Дом и цены <noreply@дома-цены.рф>"
    settings.CREDENTIALS = {
        "SMTP_HOST": "localhost",
        "SMTP_PORT": str(controller.port),
        "SMTP_USER": ACCOUNT[0],
        "SMTP_PASSWORD": ACCOUNT[1],
    }
    yield taking
    controller.stop()


def test_a_letter_keeps_to_the_rules_on_its_way(server):
    headers = {
        "List-Unsubscribe": UNSUBSCRIBE,
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Feedback-ID": "7:mailing:provodnik",
    }
    with get_mailbox().session() as session:
        for number in range(2):
            session.send(
                LETTER, to="anna@дома-цены.рф", key=f"m:{number}", headers=headers, bulk=True
            )
    first, second = server.taken
    assert first.mail_from == ACCOUNT[0]
    assert first.rcpt_tos == ["anna@xn----7sblg6ajc1e4b.xn--p1ai"]
    source = first.original_content
    assert isinstance(source, bytes)
    assert source.isascii()
    lines = source.split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    head = source.partition(b"\r\n\r\n")[0]
    # RFC 5322, 2.1.1: at most 998 and, in headers, preferably 78; a token cannot be folded.
    assert max(map(len, lines)) <= 998
    foldable = [line for line in head.split(b"\r\n") if b" " in line.strip()]
    assert max(map(len, foldable)) <= 998
    # RFC 2047: a line with an encoded word is at most 76 long; Python fills it to the last place.
    assert max(map(len, re.findall(rb"=\?[^\s]+\?=", head))) <= 76
    message = message_from_bytes(source, policy=policy.default)
    assert message["subject"].split() == LETTER.subject.split()
    assert message["from"] == f"Дом и цены <{ACCOUNT[0]}>"
    # RFC 8058: one HTTPS address, and the pair of headers.
    assert re.sub(r"\s", "", message["list-unsubscribe"]) == re.sub(r"\s", "", UNSUBSCRIBE)
    assert message["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    assert message["precedence"] == "bulk"
    body = message.get_body(("plain",))
    assert body is not None
    assert ".точка в начале" in body.get_content()
    assert first.original_content != second.original_content


def test_a_certificate_of_somebody_else_gets_no_password(server, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(Exception, match="not to be reached"):
        get_mailbox().hello()
    assert server.taken == []
