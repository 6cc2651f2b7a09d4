"""R6, R7: the connection to the database is cut at each statement, or the answer to COMMIT is lost."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.urls import reverse

from core.models import Event
from disputes import services
from tests.disputes import factories as make
from tests.faults.invariants import invariants
from tests.faults.test_forms import at_once, signed_in

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


class CutAt:
    """Closes the connection just before the n-th statement."""

    def __init__(self, n: int) -> None:
        self.left = n

    def __call__(self, execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        self.left -= 1
        if self.left == 0:
            connection.connection.close()
        return execute(sql, params, many, context)


def test_a_connection_cut_at_any_statement_leaves_all_or_nothing() -> None:
    """R6: and the same thing done again afterwards has its one effect."""
    cut, done = 0, 0
    for n in range(1, 60, 3):
        dispute = make.rejected()
        offer, seller = dispute.offers.get(party="buyer").pk, make.seller(dispute)

        def accept(
            _number: int, n: int = n, pk: int = dispute.pk, offer: int = offer, who: Any = seller
        ) -> str:
            with connection.execute_wrapper(CutAt(n)):
                return str(services.accept_offer(dispute_id=pk, actor=who, offer_id=offer).state)

        (result,) = at_once(1, accept)
        if isinstance(result, Exception):
            assert isinstance(result, DatabaseError | InterfaceError), result
            cut += 1
            assert make.fresh(dispute).state == "negotiating"
            assert (
                services.accept_offer(dispute_id=dispute.pk, actor=seller, offer_id=offer).state
                == "resolved"
            )
        else:
            done += 1
            break
    assert cut > 3
    assert done == 1, "every statement was tried"
    assert invariants() == {"resolved": cut + 1}


def test_a_lost_answer_to_commit_and_the_same_form_again_have_one_effect(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """R7: it was committed, the person saw an error and sends the form again."""
    dispute = make.opened()
    address = reverse("disputes:message", args=[dispute.reference])
    buyer = signed_in(dispute.buyer_id)
    buyer.raise_request_exception = False
    fields, commit = {"form_key": "k", "body": "Hello?"}, connection.commit
    lost: list[int] = []

    def unanswered() -> None:
        said = not lost and dispute.messages.exists()
        commit()
        if said:
            lost.append(1)
            raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(connection, "commit", unanswered)
    first = buyer.post(address, fields)
    second = buyer.post(address, fields)
    assert lost, "the answer was lost"
    assert first.status_code in {500, 503}
    assert second.status_code == 302
    assert dispute.messages.count() == 1
    assert Event.objects.filter(subject=dispute.reference).count() == dispute.version + 1
    invariants()
