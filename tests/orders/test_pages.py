"""Pages of orders: who sees what, what each says, and what a form does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import RoleGrant
from core import clock, policy
from core.batch import Batch
from core.models import Event, PolicyVersion
from orders import effects, panels
from orders.models import Order
from orders.views.moves import MOVES
from tests.conftest import NOON
from tests.orders import factories as make

pytestmark = pytest.mark.django_db


def browser(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def admin(order: Order) -> Any:
    root = make.user("Root")
    RoleGrant.objects.get_or_create(user=root, storefront_id=order.storefront_id, role="admin")
    return root


def page(client: Client, name: str, *args: str, **query: str) -> Any:
    return client.get(reverse(f"orders:{name}", args=args), query)


PLACES = ("order", "payments", *MOVES)


@pytest.mark.parametrize("name", PLACES)
def test_strangers_get_404_and_visitors_sign_in(frozen: Any, name: str) -> None:
    order = make.shipped()
    assert page(browser(make.user("Eve")), name, order.reference).status_code == 404
    assert page(browser(make.user("Alice")), name, "ORD-000000").status_code == 404
    visitor = page(Client(), name, order.reference)
    assert (visitor.status_code, "/login/" in visitor["Location"]) == (302, True)


@pytest.mark.parametrize("state", list(make.IN_STATE))
def test_every_state_has_its_page_for_each_reader(frozen: Any, state: str) -> None:
    order = make.IN_STATE[state](coupon="5")
    for person in (order.buyer, order.seller, admin(order)):
        for name in ("order", "payments"):
            answer = page(browser(person), name, order.reference)
            assert (answer.status_code, answer["Cache-Control"]) == (
                200, "max-age=0, no-cache, no-store, must-revalidate, private",
            )  # fmt: skip
            assert f'data-state="{state}"'.encode() in answer.content or name == "payments"


MOVES_OF = {
    ("awaiting_payment", "buyer"): {"cancel"},
    ("awaiting_payment", "seller"): set(),
    ("awaiting_payment", "staff"): {"cancel"},
    ("paid", "buyer"): {"ask_extension"},
    ("paid", "seller"): {"ship", "extend_delivery", "cancel"},
    ("paid", "staff"): {"ship", "extend_delivery", "cancel", "hold", "close"},
    ("on_hold", "buyer"): set(),
    ("on_hold", "seller"): {"verify", "cancel"},
    ("on_hold", "staff"): {"lift", "cancel", "close"},
    ("under_check", "buyer"): set(),
    ("under_check", "seller"): {"cancel"},
    ("under_check", "staff"): {"lift", "refuse_proof", "cancel", "close"},
    ("shipped", "buyer"): {"confirm_receipt", "ask_extension"},
    ("shipped", "seller"): {"extend_delivery"},
    ("shipped", "staff"): {"extend_delivery", "close"},
    ("delivered", "buyer"): {"confirm_receipt"},
    ("delivered", "seller"): set(),
    ("delivered", "staff"): {"close"},
    **{
        (state, side): set()
        for state in ("completed", "cancelled", "closed")
        for side in ("buyer", "seller", "staff")
    },
}


@pytest.mark.parametrize(("state", "side"), list(MOVES_OF))
def test_each_reader_is_offered_what_is_allowed_and_nothing_else(
    frozen: Any, state: str, side: str
) -> None:
    order = make.IN_STATE[state]()
    client = browser({"buyer": order.buyer, "seller": order.seller, "staff": admin(order)}[side])
    answer = page(client, "order", order.reference)
    assert {part["name"] for part in answer.context["actions"]} == MOVES_OF[(state, side)]
    for name in MOVES:
        asked = page(client, name, order.reference)
        assert asked.status_code == (200 if name in MOVES_OF[(state, side)] else 302)


def test_a_page_that_was_open_before_the_dispute_cannot_close_the_order(frozen: Any) -> None:
    order = make.shipped()
    client, address = browser(admin(order)), reverse("orders:close", args=[order.reference])
    assert client.get(address).status_code == 200
    make.disputed(order)
    for typed in ({"reason": "The store has gone."}, {"reason": ""}):
        answer = client.post(address, typed)
        text = answer.content.decode()
        assert (answer.status_code, "An open dispute holds this order." in text) == (409, True)
        assert "This field is required" not in text
    order.refresh_from_db()
    assert (order.state, order.refunds.count()) == ("shipped", 0)
    assert client.get(address).status_code == 302


def test_a_move_that_is_not_possible_says_so_before_it_asks_for_more(frozen: Any) -> None:
    order = make.delivered()
    for person, name, status, words in (
        (order.buyer, "close", 403, "You may not do this"),
        (order.buyer, "cancel", 409, "This case changed"),
        (order.seller, "confirm_receipt", 403, "You may not do this"),
    ):
        answer = browser(person).post(reverse(f"orders:{name}", args=[order.reference]), {})
        assert (answer.status_code, words in answer.content.decode()) == (status, True), name


def test_confirming_asks_twice_and_says_what_it_gives_up(frozen: Any) -> None:
    order = make.delivered()
    client, address = (
        browser(order.buyer),
        reverse("orders:confirm_receipt", args=[order.reference]),
    )
    first = client.get(address).content.decode()
    assert "you can no longer say that the goods did not arrive" in first
    assert "for 15 more days" in first
    unsure = client.post(address, {})
    order.refresh_from_db()
    assert (unsure.status_code, order.state) == (422, "delivered")
    sure = client.post(address, {"sure": "on", "form_key": "k1"})
    order.refresh_from_db()
    assert (sure.status_code, sure["Location"], order.state) == (
        302, reverse("orders:order", args=[order.reference]), "completed",
    )  # fmt: skip
    assert order.protection_until == NOON + timedelta(days=15)
    again = client.post(address, {"sure": "on", "form_key": "k1"})
    assert again.status_code == 302
    assert Event.objects.filter(subject=order.reference, name="receipt_confirmed").count() == 1
    other = client.post(address, {"sure": "on", "form_key": "k2"})
    assert other.status_code == 409


def test_a_seller_ships_with_a_tracking_number(frozen: Any) -> None:
    order = make.paid()
    client, address = browser(order.seller), reverse("orders:ship", args=[order.reference])
    for number in ("", "<b>", "\0", "x" * 500, "почта"):
        answer = client.post(address, {"carrier": "DHL", "tracking_number": number})
        assert answer.status_code == 422
    client.post(address, {"carrier": "DHL", "tracking_number": " rr 123456785 de "})
    order.refresh_from_db()
    assert (order.state, order.shipments.get().tracking_number) == ("shipped", "RR 123456785 DE")


def test_extension_is_asked_for_and_given(frozen: Any) -> None:
    order = make.shipped()
    ask, give = (
        reverse(f"orders:{n}", args=[order.reference]) for n in ("ask_extension", "extend_delivery")
    )
    for days in ("0", "-1", "31", "1e9", "NaN", "٣", ""):
        assert browser(order.buyer).post(ask, {"days": days}).status_code in (422, 302)
        if Order.objects.get().extension_requested_days:
            break
    browser(order.buyer).post(ask, {"days": "5"})
    assert browser(order.buyer).get(ask).status_code == 302
    browser(order.seller).post(give, {"days": "5"})
    row = Order.objects.get()
    assert row.extension_requested_days is None
    assert row.promised_at == order.promised_at + timedelta(days=5)
    assert row.protection_until == row.next_due_at == row.promised_at + timedelta(days=15)
    steps = row.deadlines.get(kind="protection").explanation["steps"]
    assert [step["kind"] for step in steps] == ["add_days", "extended"]
    assert browser(order.seller).post(give, {"days": "26"}).status_code == 422


def test_one_day_is_one_day(frozen: Any) -> None:
    first = make.delivered().storefront
    PolicyVersion.objects.create(
        storefront=first, number=2, note="Short.",
        values=policy.defaults() | {"protection_days": 1, "extension_max_days": 1},
    )  # fmt: skip
    order = make.delivered()
    asked = page(browser(order.buyer), "confirm_receipt", order.reference).content.decode()
    assert "can be disputed for 1 more day." in asked
    way = make.shipped()
    browser(way.buyer).post(reverse("orders:ask_extension", args=[way.reference]), {"days": "1"})
    give = page(browser(way.seller), "extend_delivery", way.reference).content.decode()
    assert "The buyer asks for 1 day more." in give
    assert "1 day at most." in give
    over = browser(way.seller).post(
        reverse("orders:extend_delivery", args=[way.reference]), {"days": "2"}
    )
    assert "Only 1 day can be added." in over.content.decode()


def test_after_the_time_a_move_is_refused_though_no_worker_ran(frozen: Any) -> None:
    order = make.delivered()
    with clock.freeze(NOON + timedelta(days=15)):
        answer = browser(order.buyer).post(
            reverse("orders:confirm_receipt", args=[order.reference]), {"sure": "on"}
        )
        assert answer.status_code == 409
        assert "time for this is up" in answer.content.decode()
    with clock.freeze(NOON + timedelta(days=15) - timedelta(microseconds=1)):
        answer = browser(order.buyer).post(
            reverse("orders:confirm_receipt", args=[order.reference]), {"sure": "on"}
        )
        assert answer.status_code == 302


def test_lists_put_what_needs_me_first(frozen: Any) -> None:
    make.shipped()
    second = make.delivered()
    make.completed()
    first = make.placed()
    client = browser(make.user("Alice"))
    answer = page(client, "list")
    assert [row["order"].pk for row in answer.context["tasks"]] == [first.pk, second.pk]
    assert len(answer.context["rows"]) == 2
    assert {tab["label"]: tab["count"] for tab in answer.context["tabs"]} == {
        "All": 4, "Needs you": 2, "On the way": 1, "On hold or in dispute": 0, "Ended": 1,
    }  # fmt: skip
    assert [row["order"].pk for row in page(client, "list", show="mine").context["rows"]] == [
        first.pk,
        second.pk,
    ]
    assert page(browser(make.user("Bob")), "sold").context["page"].paginator.count == 4
    assert page(browser(make.user("Eve")), "sold").context["page"].paginator.count == 0


def test_search_finds_by_number_item_store_and_tracking(frozen: Any) -> None:
    order = make.shipped(number="SHOP-X1")
    make.paid(number="SHOP-Y2")
    client = browser(make.user("Alice"))
    for query in ("shop-x1", order.reference.lower(), "RR123456785DE", "bell x1"):
        assert [r["order"].pk for r in page(client, "list", q=query).context["rows"]] == [
            order.pk
        ], query
    for query in ("nothing", "%", "\0" * 3 + "zzz", "'; DROP TABLE", "🔔" * 300):
        assert page(client, "list", q=query).context["rows"] == [], query
    assert page(client, "list", show="nonsense", page="999").status_code == 200


def test_lists_cost_the_same_with_one_and_with_thirty(
    frozen: Any, django_assert_max_num_queries: Any
) -> None:
    make.shipped()
    client = browser(make.user("Alice"))
    page(client, "list")
    with django_assert_max_num_queries(60) as one:
        page(client, "list")
    for _ in range(29):
        make.shipped()
    with django_assert_max_num_queries(len(one.captured_queries)):
        assert page(client, "list").context["page"].paginator.count == 30


def test_apps_above_add_actions_and_marks(frozen: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    order = make.shipped()

    def provider(_user: Any, orders: Any) -> dict[int, panels.Panel]:
        action = panels.Action("Open a dispute", "/disputes/new/")
        return {
            o.pk: panels.Panel([action], [panels.Mark("In appeal")], needs_me=True) for o in orders
        }

    monkeypatch.setattr(panels, "_providers", [provider])
    client = browser(order.buyer)
    assert 'href="/disputes/new/"' in page(client, "order", order.reference).content.decode()
    listed = page(client, "list")
    assert "In appeal" in listed.content.decode()
    assert [row["mine"] for row in listed.context["rows"]] == [True]
    assert listed.context["tasks"] == []


def test_wrong_methods_and_missing_csrf(frozen: Any) -> None:
    order = make.shipped()
    client = browser(order.buyer)
    assert client.post(reverse("orders:order", args=[order.reference])).status_code == 405
    assert (
        client.delete(reverse("orders:confirm_receipt", args=[order.reference])).status_code == 405
    )
    assert (
        client.get(reverse("orders:retry_refund", args=[order.reference, "RFD-000000"])).status_code
        == 405
    )
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(order.buyer)
    assert (
        strict.post(
            reverse("orders:confirm_receipt", args=[order.reference]), {"sure": "on"}
        ).status_code
        == 403
    )
    order.refresh_from_db()
    assert order.state == "shipped"


@pytest.mark.parametrize(
    "typed", ["%00", "ORD-000000", "DSP-7F3K9Q", "x" * 300, "ORD-%F0%9F%94%94", "..%2Fadmin"]
)
def test_references_that_are_none_find_nothing(frozen: Any, typed: str) -> None:
    client = browser(make.user("Alice"))
    for path in (f"/orders/{typed}/", f"/orders/{typed}/payments/", f"/orders/{typed}/ship/"):
        assert client.get(path).status_code == 404


def test_a_failed_refund_is_sent_again_from_the_payments_page(frozen: Any) -> None:
    order = make.closed()
    refund = order.refunds.get()
    with Batch() as batch:
        (row,) = batch.lock(type(refund), [refund.pk])
        row.order = order
        effects.fail_refund(batch, row, make.SHOP, why="The card was closed.")
    address = reverse("orders:retry_refund", args=[order.reference, refund.reference])
    assert browser(order.buyer).post(address, {"reason": "please"}).status_code == 404
    root = browser(admin(order))
    assert b"The card was closed." in page(root, "payments", order.reference).content
    assert (
        b"The card was closed."
        not in page(browser(order.buyer), "payments", order.reference).content
    )
    assert root.post(address, {"reason": ""}).status_code == 302
    refund.refresh_from_db()
    assert refund.state == "failed"
    root.post(address, {"reason": "The bank has the new card."})
    refund.refresh_from_db()
    assert refund.state == "requested"
    assert root.post(address, {"reason": "again"}).status_code == 404
