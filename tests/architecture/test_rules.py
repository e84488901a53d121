"""The rules find what they are for: a rule that finds nothing in wrong code proves nothing about ours."""

from __future__ import annotations

import ast

import pytest

from tests.architecture import rules


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (rules.vanishing_errors, "try: f()\nexcept Exception: pass"),
        (rules.vanishing_errors, "try: f()\nexcept ValueError: pass"),
        (rules.vanishing_errors, "try: f()\nexcept: g()"),
        (rules.vanishing_errors, "try: f()\nexcept (KeyError, Exception) as error: g()"),
        (rules.imports_in_functions, "def f():\n    import os"),
        (rules.imports_in_functions, "async def f():\n    if x:\n        from a import b"),
        (rules.status_writes, "payment.status = 'paid'"),
        (rules.status_writes, "row.payment.status = paid"),
        (rules.status_writes, "Payment.objects.filter(pk=1).update(status='paid')"),
        (rules.status_writes, "customer.payments.all().update(reason='', status=paid)"),
        (rules.status_writes, "Payment.objects.bulk_update(rows, ['status'])"),
        (rules.status_writes, "setattr(payment, 'status', paid)"),
        (rules.status_writes, "cursor.execute('UPDATE payments_payment SET status = %s')"),
        (rules.naive_comparisons, "if sign(body) == signature: accept()"),
        (rules.naive_comparisons, "ok = given != self.expected_digest"),
        (rules.naive_comparisons, "ok = request.headers['X-Token'] == wanted"),
        (rules.naive_comparisons, "ok = mac.hexdigest() == given"),
        (rules.other_clocks, "moment = timezone.now()"),
        (rules.other_clocks, "moment = datetime.now(UTC)"),
        (rules.floats, "amount = float(text)"),
        (
            rules.named_channels,
            "from partners.models import Channel, Lead\nis_form = x == Channel.FLEXBE",
        ),
        (rules.named_channels, "from partners import models\nTABLE = {models.Channel.UMNICO: 1}"),
    ],
)
def test_wrong_code_is_found(rule, code):
    assert rule(ast.parse(code)) != []


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (rules.vanishing_errors, "try: f()\nexcept ValueError: return None"),
        (rules.vanishing_errors, "try: f()\nexcept Exception as error: store(error)"),
        (rules.vanishing_errors, "try: f()\nexcept Exception: log.exception('x')"),
        (rules.vanishing_errors, "try: f()\nexcept Exception:\n    undo()\n    raise"),
        (rules.imports_in_functions, "import os\ndef f(): pass"),
        (rules.status_writes, "Payment.objects.create(status='paid')"),
        (rules.status_writes, "Referral.objects.filter(pk=1).update(status='rewarded')"),
        (rules.status_writes, "row.status = 'done'"),
        (rules.status_writes, "Payment.objects.filter(status='paid').update(reason='')"),
        (rules.naive_comparisons, "if signature == '': refuse()"),
        (rules.naive_comparisons, "hmac.compare_digest(signature, given)"),
        (rules.naive_comparisons, "if status == given: pass"),
        (rules.other_clocks, "moment = clock.now()"),
        (rules.floats, "amount = Decimal(text)"),
        (
            rules.named_channels,
            "from partners.models import Channel\nChannel.values, Channel(row.channel)",
        ),
        (rules.named_channels, "from partners.models import SentCard\nSentCard.Channel.MAIL"),
        (rules.named_channels, "from integrations.models.consents import Channel\nChannel.MAIL"),
    ],
)
def test_right_code_is_left_alone(rule, code):
    assert rule(ast.parse(code)) == []
