"""A coupon is valid to the end of a day in its owner's zone; a week before, the owner is told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from core import clock, outages, recount, services
from core.actors import Actor
from core.models import Event, Storefront
from core.templatetags import timewords
from coupons.effects import lifecycle
from coupons.models import REMINDED_BEFORE, Coupon
from notifications import rendering
from notifications.models import Notice
from tests.coupons import factories as make

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def test_the_last_day_ends_where_the_owner_lives(frozen: Any) -> None:
    """Issued at midnight UTC of 10 March: still 9 March in New York, the 10th in Berlin and in Auckland."""
    ends = {}
    for name, zone in (
        ("Ann", "America/New_York"), ("Ben", "Europe/Berlin"), ("Kim", "Pacific/Auckland"), ("Uma", "No/Where"),
    ):  # fmt: skip
        ends[name] = make.issued(who=make.user(name, zone=zone)).expires_at
    assert ends == {
        "Ann": datetime(2026, 5, 9, 4, 0, tzinfo=UTC), "Ben": datetime(2026, 5, 9, 22, 0, tzinfo=UTC),
        "Kim": datetime(2026, 5, 9, 12, 0, tzinfo=UTC), "Uma": datetime(2026, 5, 10, 0, 0, tzinfo=UTC),
    }  # fmt: skip


def test_on_the_day_it_expires_in_the_readers_zone_it_is_valid_to_the_last_microsecond(
    frozen: Any,
) -> None:
    coupon = make.issued(who=make.user("Kim", zone="Pacific/Auckland"))
    end = coupon.expires_at
    assert end is not None
    assert coupon.last_moment is not None
    assert coupon.last_moment.astimezone(rendering.zone_of(coupon.owner)).date() == date(2026, 5, 9)
    make.sweep_at(end - timedelta(microseconds=1))
    assert make.again(coupon).state == "issued"
    make.sweep_at(end)
    assert make.again(coupon).state == "expired"


@pytest.mark.parametrize(
    ("zone", "start", "end"),
    [
        ("Europe/Berlin", datetime(2026, 1, 28, 12, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 8, 26, 12, tzinfo=UTC), datetime(2026, 10, 25, 23, tzinfo=UTC)),
        ("America/Santiago", datetime(2026, 7, 7, 12, tzinfo=UTC), datetime(2026, 9, 6, 4, tzinfo=UTC)),
        ("UTC", datetime(2026, 12, 31, 12, tzinfo=UTC), datetime(2027, 3, 2, 0, tzinfo=UTC)),
        ("UTC", datetime(2027, 12, 31, 12, tzinfo=UTC), datetime(2028, 3, 1, 0, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_sixty_days_over_changes_of_the_clock_and_leap_days(
    zone: str, start: datetime, end: datetime
) -> None:
    due, steps = lifecycle.last_day(start, 60, zone)
    assert due == end
    assert steps[0]["last"] == (due - timedelta(microseconds=1)).astimezone(
        lifecycle.known_zone(zone)
    ).date().isoformat()  # fmt: skip


def test_the_owner_is_reminded_once_a_week_before_in_one_letter(frozen: Any) -> None:
    made = make.compensation("20")
    from tests.coupons.test_choosing import choose

    choose(made, "10", "10")
    make.sweep_at(made.coupons.filter(choice=1)[0].issue_at)
    end = Coupon.objects.filter(state="issued")[0].expires_at
    assert end is not None
    make.sweep_at(end - REMINDED_BEFORE - timedelta(microseconds=1))
    assert not Notice.objects.filter(kind="coupon_reminder").exists()
    for later in (timedelta(), HOUR, timedelta(days=6)):
        make.sweep_at(end - REMINDED_BEFORE + later)
    letter = Notice.objects.get(kind="coupon_reminder")
    assert letter.params["several"] == "2"
    assert Event.objects.filter(name="reminded").count() == 2


def test_a_spent_coupon_is_not_told_of_again(frozen: Any) -> None:
    coupon = make.issued()
    with clock.freeze(make.start(coupon)):
        from coupons import services as coupons

        coupons.redeem(code=coupon.code, order_number="S", idempotency_key="k", actor=make.SHOP)
    make.sweep_at(make.end(coupon))
    kinds = set(Notice.objects.values_list("kind", flat=True))
    assert kinds == {"coupon_promised", "coupon_issued", "coupon_redeemed"}


def test_a_closing_day_that_is_added_makes_it_come_later_never_earlier(frozen: Any) -> None:
    coupon = make.promised()
    root = Actor.person(make.root().person_id, frozenset({"admin"}))
    services.add_closing_day(
        storefront_id=Storefront.default().pk, day=date(2026, 3, 5), name="Stocktaking", actor=root
    )
    assert recount.recount().moved == 1
    coupon = make.again(coupon)
    assert coupon.issue_at == coupon.next_due_at == datetime(2026, 3, 11, 0, 0, tzinfo=UTC)
    notice = Notice.objects.get(kind="coupon_later")
    assert notice.params["was_at"] == "2026-03-09T23:59:59.999999+00:00"
    assert recount.recount().moved == 0


def test_an_outage_gives_whole_days_back(frozen: Any) -> None:
    coupon = make.issued(who=make.user("Ben", zone="Europe/Berlin"))
    began = make.start(coupon) + HOUR
    end = coupon.expires_at
    assert end is not None
    with clock.freeze(began + 5 * HOUR):
        outages.declare_outage(
            storefront_id=coupon.storefront_id, began_at=began, ended_at=began + 2 * HOUR, note="Power.",
            actor=make.root(),
        )  # fmt: skip
        assert outages.give_back_all() == 1
    coupon = make.again(coupon)
    assert coupon.expires_at == coupon.next_due_at == end + timedelta(days=1)
    sum_ = coupon.deadlines.get(kind="expiry").explanation
    assert [step["kind"] for step in sum_["steps"]] == ["days_to_the_end", "outage", "day_ends"]
    lines = [(line.words, line.amount) for line in timewords.explain(sum_)]
    nbsp = "\N{NO-BREAK SPACE}"
    assert lines[1] == (
        "Days of the calendar; the last one ends at midnight, Berlin time", f"+{nbsp}60 days",
    )  # fmt: skip
    assert lines[3] == ("A day that has begun is given whole", "to Sun 10 May, 22:00")
    assert Notice.objects.get(kind="coupon_clock_extended").params["note"] == "Power."
