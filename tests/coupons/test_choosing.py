"""The owner chooses one coupon or several that sum exactly, until the day on which they are issued."""

# mypy: disable-error-code="comparison-overlap"
# Amounts are compared with whole numbers, which are equal to them.
from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from core import clock, money
from core.errors import CaseChanged, NotAllowed, Refused, TimeIsUp
from core.models import Event
from coupons import planning, selectors, services
from coupons.models import Compensation, Coupon, CouponEntry
from coupons.planning import Parts
from notifications.models import Notice
from tests.coupons import factories as make


def amounts(*parts: str) -> list[Decimal]:
    return [Decimal(part) for part in parts]


def choose(made: Compensation, *parts: str, based_on: int | None = None) -> Compensation:
    return services.choose_coupons(
        compensation_id=made.pk, parts=amounts(*parts),
        based_on=made.choices if based_on is None else based_on, actor=make.owner(made.coupons.all()[0]),
    )  # fmt: skip


def values(made: Compensation, state: str = "promised") -> list[Decimal]:
    return sorted(made.coupons.filter(state=state).values_list("value", flat=True))


@pytest.mark.parametrize(
    ("value", "currency", "offered"),
    [
        ("20", "EUR", [("10", "10"), ("5",) * 4, ("4",) * 5, ("2",) * 10]),
        ("25", "EUR", [("12.50",) * 2, ("6.25",) * 4, ("5",) * 5, ("2.50",) * 10]),
        ("7", "JPY", [("1",) * 7]),
        ("1.50", "EUR", []),
    ],
)
def test_offers_are_those_that_people_would_make(
    value: str, currency: str, offered: list[Sequence[str]]
) -> None:
    found = planning.offers(Decimal(value), currency, most=10, least=1)
    shown = [tuple(str(money.quantize(p, currency)) for p in parts) for parts in found]
    wanted = [tuple(str(money.quantize(Decimal(p), currency)) for p in parts) for parts in offered]
    assert shown == wanted


@given(
    units=st.integers(1, 10**7), currency=st.sampled_from(["EUR", "JPY", "KWD"]),
    most=st.integers(1, 50), least=st.integers(1, 500),
)  # fmt: skip
def test_every_offer_is_one_that_is_allowed(
    units: int, currency: str, most: int, least: int
) -> None:
    value = units * money.quantum(currency)
    found: list[Parts] = planning.offers(value, currency, most=most, least=least)
    assert len(found) <= planning.OFFERED
    for parts in found:
        planning.check(parts, value, currency, most=most, least=least)
        assert len(parts) > 1


@pytest.mark.django_db
def test_a_split_replaces_the_promise_by_parts_of_the_same_day(frozen: Any) -> None:
    made = make.compensation("20")
    whole = made.coupons.get()
    choose(made, "5", "5", "5", "5")

    whole = make.again(whole)
    assert (whole.state, whole.next_due_at) == ("revoked", None)
    assert Event.objects.filter(subject=whole.reference).latest("seq").name == "split"
    assert values(made) == [5, 5, 5, 5]
    parts = made.coupons.filter(choice=1)
    assert {part.issue_at for part in parts} == {whole.issue_at}
    assert {part.next_due_at for part in parts} == {whole.issue_at}
    (first, *_rest) = parts
    assert first.deadlines.get().explanation == whole.deadlines.get().explanation
    kinds = list(CouponEntry.objects.order_by("pk").values_list("kind", flat=True))
    assert sorted(kinds) == ["promised"] * 5 + ["split"]
    assert list(selectors.faults()) == []
    assert list(Notice.objects.values_list("kind", flat=True)) == ["coupon_promised"]


@pytest.mark.django_db
def test_choosing_again_replaces_the_earlier_choice(frozen: Any) -> None:
    made = make.compensation("20")
    made = choose(made, "10", "10")
    made = choose(made, "12.50", "7.50")
    made = choose(made, "20")

    assert (values(made), made.choices) == ([20], 3)
    assert values(made, "revoked") == [Decimal("7.5"), 10, 10, Decimal("12.5"), 20]
    assert list(selectors.faults()) == []
    (balance,) = selectors.balances(made.storefront)
    assert (balance.given, balance.by_account["promised"], balance.balances) == (20, 20, True)


@pytest.mark.django_db
def test_choosing_what_is_there_changes_nothing(frozen: Any) -> None:
    made = choose(make.compensation("20"), "10", "10")
    made = choose(made, "10", "10")
    assert made.choices == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (("10", "9.99"), "These sum to €19.99, not to €20.00."),
        (("10", "10.01"), "These sum to €20.01, not to €20.00."),
        (("20", "0"), "No coupon is smaller than €1.00."),
        (("21", "-1"), "No coupon is smaller than €1.00."),
        (("10.005", "9.995"), "The amount is finer than the currency."),
        (("2",) * 9 + ("1", "1"), "At most 10 coupons."),
        ((), "These sum to €0.00, not to €20.00."),
        (("NaN", "20"), "The amount is finer than the currency."),
    ],
)
def test_parts_that_are_not_allowed_are_refused_with_a_sentence(
    frozen: Any, parts: Sequence[str], said: str
) -> None:
    made = make.compensation("20")
    with pytest.raises(Refused) as refused:
        choose(made, *parts)
    assert str(refused.value) == said
    assert values(made) == [20]


@pytest.mark.django_db
def test_nobody_else_chooses_and_nothing_is_chosen_late(frozen: Any) -> None:
    made = make.compensation("20")
    with pytest.raises(NotAllowed):
        services.choose_coupons(
            compensation_id=made.pk, parts=amounts("10", "10"), based_on=0, actor=make.root()
        )
    due = made.coupons.get().issue_at
    with clock.freeze(due - timedelta(microseconds=1)):
        made = choose(made, "10", "10")
    with clock.freeze(due), pytest.raises(TimeIsUp):
        choose(made, "20")
    assert values(made) == [10, 10]


@pytest.mark.django_db
def test_an_older_page_does_not_undo_a_newer_choice(frozen: Any) -> None:
    made = make.compensation("20")
    choose(made, "10", "10")
    with pytest.raises(CaseChanged, match="You chose otherwise meanwhile"):
        choose(made, "5", "15", based_on=0)
    assert values(made) == [10, 10]


@pytest.mark.django_db
def test_four_coupons_are_issued_together_and_told_in_one_letter(frozen: Any) -> None:
    made = choose(make.compensation("20"), "5", "5", "5", "5")
    make.sweep_at(made.coupons.filter(choice=1)[0].issue_at)

    assert values(made, "issued") == [5, 5, 5, 5]
    codes = {coupon.code for coupon in made.coupons.filter(state="issued")}
    assert len(codes) == 4
    letter = Notice.objects.get(kind="coupon_issued")
    assert (letter.params["amount"], letter.params["several"]) == ("20.0000", "4")


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_coupons_that_do_not_sum_to_their_compensation(frozen: Any) -> None:
    made = choose(make.compensation("20"), "10", "10")
    one = made.coupons.filter(choice=1)[0]
    mine, whole = Coupon.objects.filter(pk=one.pk), Compensation.objects.filter(pk=made.pk)
    wrong: list[tuple[Any, dict[str, int]]] = [
        (mine, {"value": 9}), (mine, {"choice": 0}), (whole, {"value": 30}), (whole, {"choices": 2}),
    ]  # fmt: skip
    for rows, change in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE coupons_coupon SET state = 'issued' WHERE id = %s", [one.pk])
    with pytest.raises(IntegrityError), transaction.atomic():
        CouponEntry.objects.update(amount=1)
    assert list(selectors.faults()) == []
