"""Cases for measuring are as truthful as those that people made: chains, money and clocks hold for each copy."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import User
from bench import copies, stories
from core import references
from core.models import Event
from disputes.models import Dispute
from notifications.models import Notice
from orders.models import Order, Refund, Shipment
from tests.disputes import factories as make
from tests.faults.invariants import invariants


def made(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, int]:
    call_command("make_cases", *arguments)
    said: dict[str, int] = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    return said


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_copies_are_as_truthful_as_what_was_told(capsys: pytest.CaptureFixture[str]) -> None:
    said = made(capsys, "205", "--stories", "50")
    again = made(capsys, "10", "--stage", "silent")

    assert (said["made"], said["told"], again["made"]) == (205, 52, 10)
    states = invariants(swept=False)
    assert states.total() == 215
    assert states["awaiting_seller"] >= 10
    cases = [*Order.objects.all(), *Dispute.objects.all(), *Refund.objects.all()]
    assert all(references.is_valid(case.reference, case.REFERENCE_PREFIX) for case in cases)
    assert Dispute.objects.values("buyer").distinct().count() == 215
    assert Counter(Order.objects.values_list("number", flat=True)).most_common(1)[0][1] == 1
    assert Shipment.objects.values("tracking_number").distinct().count() == 215
    buyers = User.objects.filter(email__startswith="buyer") | User.objects.filter(
        email__startswith="c"
    )
    assert buyers.count() == 215
    strangers = set(
        Event.objects.filter(name="opened", subject__startswith="DSP").values_list(
            "actor", flat=True
        )
    )
    assert strangers == set(Dispute.objects.values_list("buyer", flat=True))
    for notice in Notice.objects.filter(kind="order_paid"):
        assert notice.params["order"] == Order.objects.get(reference=notice.subject).number


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_copies_have_keys_beside_their_stories_however_many_rows_were_there_and_are_gone() -> None:
    with connection.cursor() as sql:
        for table in ("accounts_user", "core_event", "disputes_dispute", "orders_order"):
            sql.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), 300000000)")

    assert copies.make(200, "silent", most=20) == 20

    assert invariants(swept=False) == {"awaiting_seller": 200}
    assert Event.objects.latest("pk").pk < 300_010_000


@pytest.mark.django_db
@pytest.mark.parametrize("stage", stories.STAGES)
def test_every_stage_can_be_told(stage: str) -> None:
    assert stories.tell(2, stage) == 2

    names = {"running": "awaiting_seller", "silent": "awaiting_seller"}
    told = {d.state for d in Dispute.objects.all()} or {o.state for o in Order.objects.all()}
    assert told == {names.get(stage, stage)}


@pytest.mark.django_db
def test_a_database_with_real_orders_is_left_alone(frozen: object) -> None:
    make.opened()

    with pytest.raises(CommandError, match="holds real orders"):
        call_command("make_cases", "5")
