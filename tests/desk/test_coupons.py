"""An administrator sees what all coupons come to, finds one, and takes it back with a reason."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts import second_factor
from accounts.models import User
from core import clock
from core.models import Event, Storefront
from coupons import services
from notifications.models import Notice
from tests.coupons import factories as coupons
from tests.disputes import factories as make
from tests.disputes.pages import send, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch, frozen: Any) -> Client:
    monkeypatch.setattr(second_factor, "is_done", lambda request: True)
    client = Client()
    client.force_login(User.objects.get(pk=make.root().person_id))
    return client


def page(client: Client, **asked: str) -> str:
    return text(client.get(reverse("desk:coupons"), asked))


def revoke(client: Client, reference: str, reason: str = "Given twice.") -> Any:
    return send(client, reverse("desk:revoke-coupon", args=[reference]), reason=reason)


def test_the_totals_say_where_the_value_is_and_that_it_adds_up(root: Client) -> None:
    assert "No coupon was promised here yet" in page(root)
    coupons.expired("7")
    spent, gone = coupons.issued("20"), coupons.promised("3")
    with clock.freeze(coupons.start(spent)):
        services.redeem(
            code=spent.code, order_number="SHOP-1", idempotency_key="k", actor=coupons.SHOP
        )
    coupons.promised("100", currency="JPY")
    revoke(root, gone.reference)
    coupons.promised("5")

    shown = page(root)
    assert "EUR €35.00 €5.00 €0.00 €20.00 €7.00 €3.00 yes" in shown
    assert "JPY ¥100 ¥100 ¥0 ¥0 ¥0 ¥0 yes" in shown
    assert spent.code not in shown


def test_a_coupon_is_found_by_itself_its_case_and_its_owner(root: Client) -> None:
    one = coupons.promised("5", cause="CPL-7F3K9Q")
    other = coupons.promised("6", who=coupons.user("Eve"))
    for query in (one.reference.lower(), one.compensation.reference, "CPL-7F3K9Q", "alice"):
        assert one.reference in page(root, q=query)
        assert other.reference not in page(root, q=query)
    assert one.reference not in page(root, state="issued")
    assert "No coupon here" in page(root, q="\0nobody")


def test_a_coupon_that_a_choice_replaced_is_not_said_to_be_taken_back(root: Client) -> None:
    whole = coupons.promised("20")
    services.choose_coupons(
        compensation_id=whole.compensation_id, parts=[Decimal(10)] * 2, based_on=0, actor=coupons.owner(whole)
    )  # fmt: skip
    shown = page(root, state="revoked")
    assert f"{whole.reference} {whole.compensation.cause} Alice Replaced by others" in shown


def test_a_coupon_is_taken_back_with_a_reason_that_its_owner_reads(root: Client) -> None:
    coupon = coupons.promised("5")
    assert "Say why, in a sentence" in text(
        root.get(revoke(root, coupon.reference, reason=" ").url)
    )
    assert coupons.again(coupon).state == "promised"

    answer = revoke(root, coupon.reference)
    assert answer.status_code == 302
    assert coupons.again(coupon).state == "revoked"
    event = Event.objects.get(name="revoked")
    assert (event.reason, event.actor_id) == ("Given twice.", make.root().user_id)
    assert Notice.objects.get(kind="coupon_revoked").params["reason"] == "Given twice."
    assert "This case changed" in text(root.get(revoke(root, coupon.reference).url))


def test_their_own_coupon_and_another_storefronts_are_not_theirs_to_take(root: Client) -> None:
    mine = coupons.promised("5", who=User.objects.get(pk=make.root().person_id))
    assert "You may not do this" in text(root.get(revoke(root, mine.reference).url))
    Storefront.objects.create(slug="other", name="Other")
    assert root.get(reverse("desk:coupons"), {"storefront": "other"}).status_code == 404


def test_the_audit_log_leads_to_the_coupon_but_never_to_ones_own(root: Client) -> None:
    coupon = coupons.promised("5")
    mine = coupons.promised("5", who=User.objects.get(pk=make.root().person_id))
    shown = root.get(reverse("desk:log")).content.decode()
    assert f"{reverse('desk:coupons')}?storefront=main&amp;q={coupon.reference}" in shown
    assert mine.reference not in shown
