"""A site made in Tilda, and its webhook: what a visitor sends goes to the product as Tilda sends it."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

import requests
from django.conf import settings

from integrations.sandbox.core import snapshot
from integrations.sandbox.core.base import Tile, credential
from integrations.sandbox.core.delivery import Call, Courier
from integrations.sandbox.core.errors import ControlError
from integrations.sandbox.tilda.forms import FORMS
from integrations.sandbox.tilda.state import PLACES, Delivery, Submission, TildaState

PROJECT = 1234567
PATIENCE = 5.0  # seconds in which the receiver has to answer
KEPT = 30  # submissions, and files
LARGEST_FILE = 20 * 1024 * 1024
COOKIES = "_ym_uid=1; TILDAUTM=utm_source%3Dvk%7C%7C%7Cutm_medium%3Dcpc%7C%7C%7C"


class Tilda(Courier):
    """Callers of every method hold the lock."""

    slug = "tilda"
    order = 70
    state_class = TildaState
    state: TildaState

    @property
    def callback_url(self) -> str:
        """The receiver: the option, or the product's own address."""
        ours = f"{settings.PUBLIC_URL.rstrip('/')}/integrations/callbacks/{self.slug}"
        return self.state.options.callback_url or ours

    @property
    def key(self) -> tuple[str, str]:
        """Its name and value, as both sides have them."""
        return credential("TILDA_WEBHOOK_KEY_NAME", "X-Api-Key"), credential("TILDA_WEBHOOK_SECRET")

    def entries(self) -> Iterable[Submission]:
        return self.state.submissions

    def find(self, number: int) -> Submission:
        for submission in self.state.submissions:
            if submission.number == number:
                return submission
        raise ControlError(f"no submission {number}", 404)

    def keep_file(self, name: str, content: bytes) -> str:
        """Put a visitor's file where its link leads; returns the link."""
        if len(content) > LARGEST_FILE:
            raise ControlError("the file is too large", 413)
        self.state.last_file += 1
        place = f"{self.state.last_file}/{name}"
        self.state.files[place] = base64.b64encode(content).decode()
        for oldest in list(self.state.files)[:-KEPT]:
            del self.state.files[oldest]
        return f"{self.hub.base_url}/tilda/files/{self.state.last_file}/{quote(name)}"

    def submit(
        self, code: str, fields: Iterable[tuple[str, str]], *, tranid: str = ""
    ) -> Submission:
        """A visitor presses the button: the form's fields, then what Tilda adds."""
        if code not in FORMS:
            raise ControlError(f"unknown form {code!r}; known: {', '.join(FORMS)}")
        form = FORMS[code]
        self.state.last_lead += 1
        tranid = tranid or f"{PROJECT}:{self.state.last_lead}"
        added = (("tranid", tranid), ("formid", form.formid), ("formname", form.formname))
        pairs = [*fields, ("utm_source", "vk"), *added, ("COOKIES", COOKIES)]
        submission = Submission(
            number=self.state.last_lead,
            tranid=tranid,
            form=code,
            fields=[[name, value] for name, value in pairs],
        )
        self.state.submissions.append(submission)
        del self.state.submissions[:-KEPT]
        self.send(submission)
        return submission

    def send(self, submission: Submission, *, changes: Mapping[str, str] | None = None) -> None:
        """Call the receiver about it; `changes` are fields that say something else this time."""
        fields = {**dict(changes or {})}
        pairs = [(name, fields.pop(name, value)) for name, value in submission.fields]
        self._call(
            submission, [*pairs, *fields.items()], "ещё раз" if submission.deliveries else ""
        )

    def test(self) -> Submission:
        """What connecting a receiver sends."""
        self.state.last_lead += 1
        submission = Submission(self.state.last_lead, "", "test", [["test", "test"]])
        self.state.submissions.append(submission)
        self._call(submission, [("test", "test")], "проверка адреса")
        return submission

    def _call(self, submission: Submission, pairs: list[tuple[str, str]], label: str) -> None:
        place = self.state.options.place
        name, value = self.key
        if place == "field":
            pairs = [*pairs, (name, value)]
        delivery = self.log(
            submission, Delivery, label=label or "форма", body=urlencode(pairs), place=place
        )
        self.launch(submission, delivery)

    def call(self, entry: Submission, delivery: Delivery) -> Call:
        name, value = self.key
        url, headers = self.callback_url, {"Content-Type": "application/x-www-form-urlencoded"}
        if delivery.place == "header":
            headers[name] = value
        elif delivery.place == "query":
            url = f"{url}?{urlencode({name: value})}"
        elif delivery.place == "path":
            url = f"{url.rstrip('/')}/{quote(value, safe='')}"
        return Call(url, entry.form, entry.tranid, headers)

    def judge(self, delivery: Delivery, answer: requests.Response | None) -> tuple[bool, str]:
        """200 within five seconds, or it is sent again."""
        if answer is None:
            return False, ""
        if answer.elapsed.total_seconds() > PATIENCE:
            return False, "слишком поздно"
        return answer.status_code == 200, answer.text[:20]

    def choose(self, document: Mapping[str, Any]) -> None:
        """Set the receiver up."""
        options = self.state.options
        place = str(document.get("place", options.place))
        if place not in PLACES:
            raise ControlError(f"unknown place {place!r}; known: {', '.join(PLACES)}")
        options.place = place
        options.callback_url = str(document.get("callback_url", options.callback_url))
        pauses = document.get("retry_seconds", options.retry_seconds)
        options.retry_seconds = [float(pause) for pause in pauses]
        self.hub.changed()

    def overview(self) -> dict[str, Any]:
        """Newest first."""
        return {
            "callback_url": self.callback_url,
            "options": snapshot.dump(self.state.options),
            "submissions": [snapshot.dump(one) for one in reversed(self.state.submissions)],
        }

    def tile(self) -> Tile:
        return Tile(
            title="Сайт на Tilda",
            about="Три формы, которые присылают заявки партнёров, как это делает Tilda.",
            link="/site/",
            action="Открыть сайт",
            icon="product",
            facts=[("Отправлено форм", str(len(self.state.submissions)))],
            trouble=f"Не приняты: {waiting}." if (waiting := len(self.undelivered())) else "",
        )
