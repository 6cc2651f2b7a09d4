"""My coupons, the page that chooses, and what strangers get."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from core import clock
from coupons import services
from coupons.models import Coupon
from tests.coupons import factories as make
from tests.disputes.pages import client, send, text

pytestmark = pytest.mark.django_db
LIST = "/coupons/"


def page_of(made: Any) -> str:
    return reverse("coupons:choose", args=[made.reference])


def test_nobody_without_coupons_reads_an_empty_page_that_says_what_would_be_here(
    frozen: Any,
) -> None:
    make.alice()
    shown = text(client("Alice").get(LIST))
    assert "No coupons" in shown
    assert "we make it good in coupons" in shown


def test_each_coupon_stands_with_state_value_and_its_last_day(frozen: Any) -> None:
    ben = make.user("Ben", zone="Europe/Berlin")
    expired = make.expired("7", who=ben)
    usable, other = make.issued("20", who=ben), make.issued("5", who=ben)
    gone = make.promised("9", who=ben)
    with clock.freeze(make.start(usable) + timedelta(days=1)):
        services.redeem(
            code=other.code, order_number="SHOP-7", idempotency_key="k", actor=make.SHOP
        )
        services.revoke_coupon(coupon_id=gone.pk, reason="Given twice.", actor=make.root())
        make.compensation("12", who=ben)
        answer = client("Ben").get(LIST)
    shown = text(answer)

    assert "no-store" in answer["Cache-Control"] or "no-cache" in answer["Cache-Control"]
    assert "To spend now: €20.00" in shown
    assert usable.code in shown
    assert other.code not in shown
    assert "9 May 2026" in shown
    assert "59 d" in shown
    assert "It comes as one coupon of €12.00." in shown
    assert "on order SHOP-7" in shown
    for reference in (expired.reference, gone.reference, other.reference):
        assert reference in shown


def test_a_coupon_whose_day_is_over_is_expired_before_any_worker_looked(frozen: Any) -> None:
    coupon = make.issued()
    with clock.freeze(make.end(coupon)):
        shown = text(client("Alice").get(LIST))
    assert coupon.code not in shown
    assert "To spend now" not in shown
    assert "Expired" in shown


def test_the_list_costs_the_same_for_one_and_for_thirty(
    frozen: Any, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make.issued()
    browser = client("Alice")
    browser.get(LIST)
    for _n in range(30):
        make.promised()
    with django_assert_max_num_queries(20):
        assert browser.get(LIST).status_code == 200


def test_the_owner_chooses_an_offer_and_then_amounts_of_their_own(frozen: Any) -> None:
    made = make.compensation("20")
    alice = client("Alice")
    page = text(alice.get(page_of(made)))
    assert "It comes as one coupon of €20.00." in page
    for offer in ("One coupon of €20.00", "2 × €10.00", "4 × €5.00", "Why this date?"):
        assert offer in page

    answer = send(alice, page_of(made), plan="4", based_on=0)
    assert (answer.status_code, answer.url) == (302, LIST)
    assert [c.value for c in Coupon.objects.filter(state="promised")] == [Decimal(5)] * 4
    assert "It comes as 4 × €5.00." in text(alice.get(LIST))

    answer = send(alice, page_of(made), plan="own", own="12,50 + 7.50", based_on=1)
    assert answer.status_code == 302
    assert "12.50 + 7.50" in alice.get(page_of(made)).content.decode()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Write the amounts, such as 10 + 5 + 5."),
        ("10 + x", "Write the amount in digits, such as 12.50."),
        ("10 + 9", "These sum to €19.00, not to €20.00."),
        ("10;10.0011", "has at most 2 decimal places"),
        ("0.5+19.5", "No coupon is smaller than €1.00."),
        ("1+" * 300, "at most 500 characters"),
    ],
)
def test_bad_amounts_come_back_with_a_sentence_and_what_was_typed(
    frozen: Any, typed: str, said: str
) -> None:
    made = make.compensation("20")
    answer = send(client("Alice"), page_of(made), plan="own", own=typed, based_on=0)
    assert answer.status_code == 422
    assert said in text(answer)
    assert made.coupons.get().state == "promised"


def test_the_same_form_twice_counts_once_and_an_old_tab_is_told(frozen: Any) -> None:
    made = make.compensation("20")
    alice = client("Alice")
    form = {"form_key": "one", "plan": "2", "based_on": 0}
    assert [alice.post(page_of(made), form).status_code for _n in range(2)] == [302, 302]
    made.refresh_from_db()
    assert made.choices == 1
    late = send(alice, page_of(made), plan="4", based_on=0)
    assert late.status_code == 409
    assert "You chose otherwise meanwhile" in text(late)


def test_who_reads_in_an_old_tab_that_the_choice_changed_chooses_there_on_the_second_press(
    frozen: Any,
) -> None:
    made = make.compensation("20")
    alice = client("Alice")
    send(alice, page_of(made), plan="2", based_on=0)
    late = send(alice, page_of(made), plan="own", own="15 + 5", based_on=0)
    assert late.status_code == 409
    shown = late.context["form"]
    typed = {name: shown[name].value() for name in ("plan", "own", "based_on")}
    assert typed == {"plan": "own", "own": "15 + 5", "based_on": "1"}
    assert "It comes as 2 × €10.00." in text(late)

    answer = alice.post(page_of(made), {**typed, "form_key": late.context["form_key"]})

    assert (answer.status_code, answer.url) == (302, LIST)
    assert {c.value for c in Coupon.objects.filter(state="promised")} == {Decimal(15), Decimal(5)}


def test_what_is_left_of_a_promise_that_was_taken_back_in_part_comes_as_it_is(frozen: Any) -> None:
    made = make.compensation("20")
    services.choose_coupons(
        compensation_id=made.pk, parts=[Decimal(10)] * 2, based_on=0, actor=make.owner(made.coupons.get())
    )  # fmt: skip
    gone = made.coupons.filter(choice=1).earliest("pk")
    services.revoke_coupon(coupon_id=gone.pk, reason="Too much.", actor=make.root())
    alice = client("Alice")
    shown = text(alice.get(LIST))
    assert "It comes as one coupon of €10.00." in shown
    assert "Choose your coupons" not in shown
    assert alice.get(page_of(made)).url == LIST
    assert send(alice, page_of(made), plan="2", based_on=1).status_code == 409


def test_after_the_last_moment_nothing_is_chosen(frozen: Any) -> None:
    made = make.compensation("20")
    alice = client("Alice")
    with clock.freeze(made.coupons.get().issue_at):
        late = send(alice, page_of(made), plan="2", based_on=0)
        assert late.status_code == 409
        assert "Nothing can be chosen any more." in text(late)
        assert alice.get(page_of(made)).url == LIST


@pytest.mark.parametrize("method", ["get", "post"])
def test_another_person_finds_nothing(frozen: Any, method: str) -> None:
    made = make.compensation("20")
    make.user("Eve")
    assert getattr(client("Eve"), method)(page_of(made)).status_code == 404
    assert getattr(client("Alice"), method)("/coupons/CMP-000000/").status_code == 404


def test_a_choice_made_when_the_session_had_ended_is_shown_again(frozen: Any) -> None:
    made, browser = make.compensation("20"), client("Alice")
    alice = make.alice()
    browser.logout()

    sent = send(browser, page_of(made), plan="own", own="12 + 8", based_on=0)
    browser.force_login(alice, "django.contrib.auth.backends.ModelBackend")
    shown = browser.get(page_of(made))

    assert sent.url == f"/account/login/?next={page_of(made)}"
    assert 'value="12 + 8"' in shown.content.decode()
    assert "Here is what you typed. It was not sent yet." in text(shown)
    assert made.coupons.count() == 1
