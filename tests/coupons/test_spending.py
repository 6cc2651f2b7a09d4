"""A coupon is spent once and whole; every other call reads why it was not."""

# mypy: disable-error-code="comparison-overlap"
# Amounts are compared with whole numbers, which are equal to them.
from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from core import clock, references
from core.errors import Refused
from core.models import Event, Storefront
from coupons import codes, limits, selectors, services
from coupons.models import Coupon, CouponEntry
from notifications.models import Notice
from tests.coupons import factories as make

pytestmark = pytest.mark.django_db


def spend(code: str, order: str = "SHOP-1", key: str = "k1", **more: Any) -> Coupon:
    return services.redeem(
        code=code, order_number=order, idempotency_key=key, actor=make.SHOP, **more
    )


def refusal(act: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code, str(refused.value)


def test_a_coupon_is_spent_with_its_order_an_event_an_entry_and_a_letter(frozen: Any) -> None:
    coupon = make.issued("20")
    with clock.freeze(make.start(coupon) + timedelta(days=1)):
        spent = spend(coupon.code, amount=Decimal(20), owner_id=coupon.owner_id)

    assert (spent.state, spent.order_number, spent.next_due_at) == ("redeemed", "SHOP-1", None)
    event = Event.objects.filter(subject=coupon.reference).latest("seq")
    assert (event.name, event.actor_kind) == ("redeemed", "api_key")
    assert event.data == {"order": "SHOP-1", "amount": "20.0000", "currency": "EUR"}
    assert [e.kind for e in coupon.entries.all()] == ["promised", "issued", "redeemed"]
    assert Notice.objects.get(kind="coupon_redeemed").params["order"] == "SHOP-1"
    assert list(selectors.faults()) == []


def test_the_same_key_spends_once_and_says_the_same_again(frozen: Any) -> None:
    coupon = make.issued("20")
    with clock.freeze(make.start(coupon)):
        first, second = spend(coupon.code), spend(coupon.code.lower().replace("-", " "))
    assert first == second == coupon
    assert CouponEntry.objects.filter(kind="redeemed").count() == 1


def test_another_call_for_a_spent_coupon_reads_that_it_was_spent(frozen: Any) -> None:
    coupon, other = make.issued("20"), make.issued("5")
    with clock.freeze(make.start(coupon)):
        spend(coupon.code)
        spent = ("spent", "This coupon was spent before.")
        assert refusal(lambda: spend(coupon.code, key="k2")) == spent
        assert refusal(lambda: spend(coupon.code, "SHOP-2", key="k3")) == spent
        reused = ("key", "This idempotency key was used for something else.")
        assert refusal(lambda: spend(other.code)) == reused
        assert refusal(lambda: spend(coupon.code, "SHOP-2")) == reused
    assert make.again(other).state == "issued"


def test_wrong_expired_foreign_revoked_and_half_coupons_are_refused_in_a_sentence(
    frozen: Any,
) -> None:
    elsewhere = Storefront.objects.create(slug="other", name="Other")
    coupon, gone = make.issued("20"), make.issued("5")
    at = coupon.issued_at
    assert at is not None
    with clock.freeze(at):
        wrong = ("code", "There is no coupon with this code. Look for a slip of the pen.")
        for typed in ("", "7F3K9", "\0", "%" * 900, codes.code_of(*_made()), coupon.code[:-1]):
            assert refusal(lambda typed=typed: spend(typed)) == wrong  # type: ignore[misc]
        assert refusal(lambda: spend(coupon.code, storefront_id=elsewhere.pk)) == (
            "foreign", "This coupon belongs to another shop.",
        )  # fmt: skip
        assert refusal(lambda: spend(coupon.code, owner_id=make.user("Eve").pk)) == (
            "foreign", "This coupon belongs to another person.",
        )  # fmt: skip
        assert refusal(lambda: spend(coupon.code, amount=Decimal(19))) == (
            "amount", "A coupon is spent whole, and this one is worth €20.00.",
        )  # fmt: skip
        assert refusal(lambda: spend(coupon.code, " ")) == (
            "order", "Name the order on which the coupon is spent.",
        )  # fmt: skip
        assert refusal(lambda: spend(coupon.code, key=""))[0] == "key"
        services.revoke_coupon(coupon_id=gone.pk, reason="Given twice.", actor=make.root())
        assert refusal(lambda: spend(gone.code)) == (
            "revoked", "This coupon was taken back by the marketplace.",
        )  # fmt: skip
    assert make.again(coupon).state == "issued"


def _made() -> tuple[str, str]:
    made = codes.new()
    return made.salt, made.digest


def test_at_the_end_of_its_last_day_it_is_worth_nothing_whatever_a_worker_did(frozen: Any) -> None:
    coupon, last = make.issued("20"), make.issued("5")
    end = coupon.expires_at
    assert end is not None
    expired = ("expired", "This coupon has expired.")
    with clock.freeze(end - timedelta(microseconds=1)):
        assert spend(last.code).state == "redeemed"
    with clock.freeze(end):
        assert refusal(lambda: spend(coupon.code, key="k2")) == expired
        assert make.again(coupon).state == "issued"
    make.sweep_at(end)
    assert make.again(coupon).state == "expired"
    with clock.freeze(end):
        assert refusal(lambda: spend(coupon.code, key="k2")) == expired


def test_ten_wrong_codes_close_the_door_to_their_caller_for_ten_minutes(frozen: Any) -> None:
    coupon = make.issued("20")
    with clock.freeze(make.start(coupon)):
        for _n in range(limits.MOST):
            assert refusal(lambda: spend("AAAA", caller="thief"))[0] == "code"
        closed = ("too_many_tries", "Too many wrong codes. Try again in ten minutes.")
        assert refusal(lambda: spend(coupon.code, caller="thief")) == closed
        assert spend(coupon.code).state == "redeemed"


def test_a_repeat_of_a_call_that_succeeded_gives_the_same_answer_after_ten_wrong_codes(
    frozen: Any,
) -> None:
    coupon, other = make.issued("20"), make.issued("5")
    with clock.freeze(make.start(coupon)):
        spend(coupon.code, caller="thief")
        for _n in range(limits.MOST):
            refusal(lambda: spend("AAAA", caller="thief"))

        again = spend(coupon.code, caller="thief")

        assert (again.pk, again.state) == (coupon.pk, "redeemed")
        for refused in (
            lambda: spend(other.code, caller="thief"),
            lambda: spend(coupon.code, "SHOP-2", caller="thief"),
        ):
            assert refusal(refused)[0] == "too_many_tries"
    assert CouponEntry.objects.filter(kind="redeemed").count() == 1


def test_a_code_cannot_be_guessed_and_is_kept_nowhere(frozen: Any, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    coupon = make.issued("20")
    body = coupon.code.replace("-", "")
    assert len(body) == 20
    assert set(body) <= set(references.ALPHABET)
    with clock.freeze(make.start(coupon)):
        spend(coupon.code)
    for kept in (
        *Coupon.objects.values_list(),
        *Event.objects.values_list("data", "reason"),
        *Notice.objects.values_list("params", "subject"),
    ):
        assert body not in str(kept)
        assert coupon.code not in str(kept)
    assert body not in caplog.text.replace("-", "")


def test_who_calls_the_command_has_tries_of_their_own(
    frozen: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    coupon = make.issued("20")

    def answer(code: str, **options: str) -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO(code))
        try:
            call_command("redeem_coupon", key="k9", **options)
        except CommandError as refused:
            return str(refused).partition(":")[0]
        return "spent"

    with clock.freeze(make.start(coupon)):
        for _n in range(limits.MOST):
            assert answer("AAAA", order="SHOP-1") == "code"
            assert answer("AAAA", order="SHOP-2", caller="Eve") == "code"

        assert answer(coupon.code, order="SHOP-1") == "too_many_tries"
        assert answer(coupon.code, order="SHOP-3", caller="Eve") == "too_many_tries"
        assert answer(coupon.code, order="SHOP-3") == "spent"


@pytest.mark.parametrize("at", range(23))
def test_every_slip_of_one_symbol_is_found_before_the_database_is_asked(at: int) -> None:
    code = codes.code_of(*_made())
    if code[at] != "-":
        other = next(s for s in references.ALPHABET if s != code[at])
        assert codes.digests(code[:at] + other + code[at + 1 :]) == []


def test_a_code_outlives_the_change_of_the_key_while_the_old_one_is_known(
    frozen: Any, settings: Any
) -> None:
    coupon = make.issued("20")
    code, old = coupon.code, settings.SECRET_KEY
    settings.SECRET_KEY = "another-key-" * 5
    assert coupon.code == ""
    settings.SECRET_KEY_FALLBACKS = [old]
    assert coupon.code == code
    with clock.freeze(make.start(coupon)):
        assert spend(code).state == "redeemed"


def test_the_command_spends_a_coupon_whose_code_comes_by_standard_input(
    frozen: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    coupon = make.issued("20")
    options = {"order": "SHOP-9", "key": "k9", "amount": "20", "storefront": "main"}
    with clock.freeze(make.start(coupon)):
        for _turn in range(2):
            monkeypatch.setattr("sys.stdin", io.StringIO(f"{coupon.code}\n"))
            call_command("redeem_coupon", **options)
        first, second = map(json.loads, capsys.readouterr().out.splitlines())
        assert first == second == {
            "coupon": coupon.reference, "value": "20.00", "currency": "EUR", "order": "SHOP-9",
        }  # fmt: skip
        monkeypatch.setattr("sys.stdin", io.StringIO(coupon.code))
        with pytest.raises(CommandError, match="spent: This coupon was spent before"):
            call_command("redeem_coupon", **options | {"key": "k10"})
    assert settings.SECRET_KEY_FALLBACKS == []
