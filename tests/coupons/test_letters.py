"""What an owner reads of a coupon: the golden letters, in the owner's zone, and never a code."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives

from core import clock
from coupons import services
from notifications import rendering
from notifications.models import Notice
from notifications.services import deliver
from tests.coupons import factories as make

pytestmark = pytest.mark.django_db

GOLDEN: dict[str, tuple[str, list[str], str]] = {
    "coupon_promised": (
        "A coupon of €20.00 is promised to you",
        [
            "It makes good CPL-7F3K9Q. It is in your account by Tuesday 10 March 2026, 00:59, Berlin time (UTC+01:00).",
            "It is valid for 60 days from then.",
            "Until then you choose: one coupon of €20.00, or several that sum to it exactly.",
        ],
        "/coupons/{compensation}/",
    ),
    "coupon_issued": (
        "€20.00 in coupons is in your account",
        [
            "Valid until Saturday 9 May 2026, 23:59, Berlin time (UTC+02:00). Each is spent once and whole.",
            "For your safety no mail of ours holds a code: you find it on the page of your coupons.",
        ],
        "/coupons/",
    ),
    "coupon_reminder": (
        "€20.00 in coupons expires in a week",
        ["The last moment is Saturday 9 May 2026, 23:59, Berlin time (UTC+02:00). After it they are worth nothing."],
        "/coupons/",
    ),
    "coupon_expired": (
        "€20.00 in coupons has expired",
        ["The last moment was Saturday 9 May 2026, 23:59, Berlin time (UTC+02:00)."],
        "/coupons/",
    ),
    "coupon_redeemed": (
        "Your coupon of €20.00 was spent",
        [
            "It was spent on order SHOP-1.",
            "The part of an order that a coupon paid is not refunded.",
            "If it was not you, write to us at once.",
        ],
        "/coupons/",
    ),
    "coupon_revoked": ("Your coupon of €20.00 was taken back", ["Why: Given twice."], "/coupons/"),
}  # fmt: skip


def read(kind: str) -> tuple[str, list[str], str]:
    notice = Notice.objects.get(kind=kind)
    with rendering.as_reader(notice.recipient):
        shown = rendering.render(notice)
    return shown.subject, list(shown.lines), shown.path


def test_the_letters_of_every_end_read_as_they_should(frozen: Any) -> None:
    ben = make.user("Ben", zone="Europe/Berlin")
    coupon = make.issued(who=ben, cause="CPL-7F3K9Q")
    end = make.end(coupon)
    make.sweep_at(end - timedelta(days=7))
    make.sweep_at(end)
    spent, gone = make.issued(who=ben, tell=False), make.promised(who=ben, tell=False)
    Notice.objects.filter(event__subject=spent.reference).update(kind="told_elsewhere")
    with clock.freeze(make.start(spent)):
        services.redeem(
            code=spent.code, order_number="SHOP-1", idempotency_key="k", actor=make.SHOP
        )
        services.revoke_coupon(coupon_id=gone.pk, reason="Given twice.", actor=make.root())

    for kind, (subject, lines, path) in GOLDEN.items():
        wanted = path.format(compensation=coupon.compensation.reference)
        assert read(kind) == (subject, lines, wanted), kind


def test_a_mail_leads_to_the_page_and_holds_no_code(frozen: Any) -> None:
    coupon = make.issued()
    with clock.freeze(make.start(coupon)):
        deliver()

    assert len(mail.outbox) == 2
    for message in mail.outbox:
        assert isinstance(message, EmailMultiAlternatives)
        whole = f"{message.subject} {message.body} {message.alternatives}"
        assert "/coupons/" in whole
        assert coupon.code not in whole
        assert coupon.code.replace("-", "") not in whole
