from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import pytest

from tests.e2e.conftest import PASSWORD, STAFF
from tests.e2e.office import Office
from tests.e2e.registry.applicant import Applicant
from tests.e2e.registry.desk import a_partner

_numbers = count(1)

NewApplicant = Callable[[], Applicant]
NewPartner = Callable[..., Applicant]


@pytest.fixture(autouse=True)
def _tax_service_answers(stack) -> Iterator[None]:
    yield
    stack.control("fns/answer", code="ok")


@pytest.fixture(scope="module")
def office(stack, sign_in) -> Office:
    return Office(stack, STAFF, PASSWORD)


@pytest.fixture
def new_applicant(stack) -> NewApplicant:
    return lambda: Applicant(stack, next(_numbers))


@pytest.fixture
def new_partner(stack, office) -> NewPartner:
    return lambda **fields: a_partner(stack, office, next(_numbers), **fields)
