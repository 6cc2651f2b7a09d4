"""What comes after a decision, by the pages' own buttons, with the demo's clock: both results of a review."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import Page, expect

from appeals.models import Complaint
from core import audit, clock
from coupons.models import Coupon
from disputes.models import Dispute
from orders.models import Refund
from tests.appeals import factories as appeals
from tests.disputes import factories as make
from tests.orders import factories as orders

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Enter = Callable[[str], Page]
POINTS = ("facts", "evidence", "hearing", "rules", "amount", "reasons")
COUPON_PART = "€25.00 of the price was paid by coupon. That part is not refunded"


def decided() -> Dispute:
    """40 of 100 by card go back; 25 were paid by coupon. Two reviewers and a lead are there."""
    appeals.rita(), appeals.theo(), appeals.lea()
    return make.decided(orders.delivered(coupon="25"))


def leap(page: Page, words: str, times: int = 1) -> None:
    for _ in range(times):
        page.get_by_role("button", name=words).click()
        page.wait_for_load_state()


def complain(alice: Page, dispute: Dispute) -> Complaint:
    alice.goto(reverse("disputes:dispute", args=[dispute.reference]))
    expect(alice.get_by_text(COUPON_PART).first).to_be_visible()
    alice.get_by_role("link", name="Complain about the decision").click()
    alice.get_by_label("Why is the decision wrong?").fill("The second photo was overlooked.")
    alice.get_by_role("button", name="Send the complaint").click()
    expect(alice.get_by_text("The complaint waits for a reviewer")).to_be_visible()
    alice.goto(reverse("disputes:dispute", args=[dispute.reference]))
    expect(alice.get_by_text("It is our turn")).to_be_visible()
    return Complaint.objects.get(dispute=dispute)


def review(page: Page, *, mistake: str = "", amount: str = "") -> None:
    """Draws the complaint, marks every point, and sends the result."""
    page.goto(reverse("reviews:queue"))
    page.get_by_role("button", name="Draw").first.click()
    for point in POINTS:
        mark = "mistake" if mistake and point == "evidence" else "in_order"
        page.locator(f"input[name=mark-{point}][value={mark}]").check()
    if mistake:
        page.locator("#note-evidence").fill(mistake)
        page.locator("#amount-buyer").fill(amount)
    page.locator(f"input[name=result][value={'wrong' if mistake else 'correct'}]").check()
    page.get_by_role("button", name="Draft it from the findings").click()
    page.get_by_role("button", name="Check and send").click()
    page.get_by_role("button", name="Send the result to both").click()
    expect(page.get_by_text("The result was sent to both.")).to_be_visible()


def bank(tmp_path: Path) -> None:
    """Every refund is exported, and the bank's answer is read in."""
    call_command("export_refunds", str(tmp_path / "out.csv"), stdout=io.StringIO())
    with (tmp_path / "out.csv").open() as file:
        sent = list(csv.DictReader(file))
    rows = [[row["reference"], "completed", "BANK-1", clock.now().isoformat()] for row in sent]
    with (tmp_path / "in.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["reference", "status", "provider_reference", "date"], *rows])
    call_command("import_refund_results", str(tmp_path / "in.csv"), stdout=io.StringIO())


def redeem(code: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    out = io.StringIO()
    monkeypatch.setattr("sys.stdin", io.StringIO(code))
    call_command("redeem_coupon", order="SHOP-9", key="key-1", stdout=out)
    told: dict[str, Any] = json.loads(out.getvalue())
    return told


def test_overturned_split_spent_and_expired(
    enter: Enter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dispute = decided()
    bank(tmp_path)
    alice, rita = enter("Alice"), enter("Rita")
    complaint = complain(alice, dispute)
    expect(alice.get_by_text("Reference of the bank: BANK-1").first).to_be_visible()

    leap(alice, "+2 days", 4)
    review(rita, mistake="The second photo", amount="20")
    alice.goto(reverse("disputes:dispute", args=[dispute.reference]))
    alice.get_by_role("link", name="View results").first.click()
    expect(alice.get_by_text("valid for 60 days from then")).to_be_visible()
    alice.get_by_role("link", name="Choose your coupons").click()
    alice.get_by_label("4 × €5.00").check()
    alice.get_by_role("button", name="Choose these").click()
    expect(alice.get_by_text("You chose 4 × €5.00.")).to_be_visible()

    leap(alice, "+15 days")
    alice.goto(reverse("coupons:list"))
    expect(alice.get_by_text("To spend now")).to_contain_text("€20.00")
    coupon = Coupon.objects.filter(state="issued").first()
    assert coupon is not None
    assert redeem(coupon.code, monkeypatch)["value"] == "5.00"
    leap(alice, "+15 days", 4)
    alice.goto(reverse("coupons:list"))
    expect(alice.get_by_text("on order SHOP-9")).to_be_visible()

    live = Coupon.objects.exclude(state="revoked").order_by("state")
    assert [c.state for c in live] == ["expired", "expired", "expired", "redeemed"]
    assert Complaint.objects.get(pk=complaint.pk).state == "decision_wrong"
    assert [(r.state, f"{r.amount:.2f}") for r in Refund.objects.all()] == [("completed", "40.00")]
    assert list(audit.broken_links()) == []


def test_correct_then_feedback_then_a_third_person_and_the_end(enter: Enter) -> None:
    dispute = decided()
    alice, rita, lea, theo = enter("Alice"), enter("Rita"), enter("Lea"), enter("Theo")
    front = dispute.storefront
    front.outside_bodies = "Arbitration board, https://board.example"
    front.save()
    complaint = complain(alice, dispute)

    leap(alice, "+2 days", 4)
    review(rita)
    results = reverse("appeals:results", args=[complaint.reference])
    alice.goto(results)
    alice.get_by_role("link", name="Tell us how we did").click()
    for scale, value in (("heard", 2), ("explained", 1), ("in_time", 4)):
        alice.locator(f"input[name={scale}][value='{value}']").check()
    alice.get_by_label("What should we know?").fill("Nobody read it.")
    alice.get_by_role("button", name="Send feedback").click()
    expect(alice.get_by_text("Your feedback is being read.")).to_be_visible()

    lea.goto(reverse("reviews:case", args=[complaint.reference]))
    lea.locator("#why").fill("The photo was really overlooked.")
    lea.get_by_role("button", name="Ask for one more look").click()
    expect(lea.get_by_text("A third person will look again.")).to_be_visible()
    rita.goto(reverse("reviews:queue"))
    rita.get_by_role("button", name="Draw").first.click()
    expect(rita.get_by_text("No complaint waits that you may review.")).to_be_visible()
    review(theo)

    alice.goto(results)
    expect(alice.get_by_role("heading", name=re.compile("the last look"))).to_be_visible()
    expect(alice.locator("#outside")).to_contain_text("Arbitration board")
    assert Complaint.objects.get(pk=complaint.pk).state == "decision_stands"
    assert not Coupon.objects.exists()
    assert list(audit.broken_links()) == []
