"""A dispute through each of its ends, by the pages' own buttons, with the demo's clock: nobody calls a service."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.urls import reverse
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from core import audit
from disputes import tasks
from disputes.models import Dispute
from evidence import services as evidence
from orders import services as money
from orders.models import Order, Refund
from tests.disputes import factories as make
from tests.orders import factories as orders

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Enter = Callable[[str], Page]


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    picture = Image.new("RGB", (900, 700), "#d8cbb4")
    ImageDraw.Draw(picture).line(
        [(200, 80), (420, 320), (360, 400), (700, 640)], fill="#3c3126", width=14
    )
    picture.save(path := tmp_path / "crack.jpg")
    return path


def file_dispute(
    alice: Page, photo: Path | None = None, *, wanted: str = "refund", amount: str = "60"
) -> Dispute:
    """The questionnaire, one question a page."""
    order: Order = orders.delivered()
    alice.goto(reverse("disputes:file", args=[order.reference]))
    alice.get_by_label("Yes").check()
    alice.get_by_role("button", name="Continue").click()
    alice.get_by_label("Damaged").check()
    alice.get_by_role("button", name="Continue").click()
    alice.get_by_label("In your own words").fill("The bell is cracked right through.")
    alice.get_by_role("button", name="Continue").click()
    alice.locator(f"input[value={wanted}]").check()
    alice.get_by_label("How much do you want back?").fill(amount)
    alice.get_by_role("button", name="Continue").click()
    if photo is not None:
        alice.get_by_label("Add photos, a video or a PDF").set_input_files(photo)
        expect(alice.locator("[data-upload-item][id]")).to_contain_text("being checked")
        assert evidence.inspect_waiting() == 1
    alice.get_by_role("button", name="Continue").click()
    alice.get_by_role("button", name="Send and open the dispute").click()
    expect(alice.get_by_text("Your dispute is open.")).to_be_visible()
    return Dispute.objects.get(order=order)


def at(page: Page, dispute: Dispute, move: str = "dispute") -> None:
    page.goto(reverse(f"disputes:{move}", args=[dispute.reference]))


def leap(page: Page, words: str) -> None:
    """The demo's clock jumps, and what fell due is enforced before one's eyes."""
    page.get_by_role("button", name=words).click()
    page.wait_for_load_state()


def end(dispute: Dispute, state: str, outcome: str) -> list[str]:
    """The dispute stands at its end; every chain holds; the amounts of its refunds."""
    dispute = Dispute.objects.get(pk=dispute.pk)
    assert (dispute.state, dispute.outcome) == (state, outcome)
    assert not dispute.deadlines.filter(state__in=["pending", "paused", "failed"]).exists()
    assert list(audit.broken_links()) == []
    return [
        f"{refund.amount:.2f}"
        for refund in Refund.objects.filter(order=dispute.order_id).order_by("pk")
    ]


def test_accepted(enter: Enter, photo: Path) -> None:
    alice, bob = enter("Alice"), enter("Bob")
    dispute = file_dispute(alice, photo)

    at(bob, dispute)
    expect(bob.get_by_role("heading", level=2).first).to_contain_text("Answer the buyer’s request")
    at(bob, dispute, "offer")
    bob.get_by_label("How much do you give back?").fill("45.50")
    bob.get_by_role("button", name="Send this offer").click()
    at(alice, dispute)
    alice.get_by_role("link", name="Accept €45.50").click()
    alice.get_by_role("dialog").get_by_role("button", name="Yes, accept").click()

    expect(alice.get_by_role("heading", name=re.compile("You both agreed: €45.50"))).to_be_visible()
    assert end(dispute, "resolved", "agreed") == ["45.50"]


def test_silent_seller(enter: Enter) -> None:
    alice = enter("Alice")
    dispute = file_dispute(alice)

    leap(alice, "+2 days")
    at(alice, dispute)

    expect(
        alice.get_by_role(
            "heading", name=re.compile("The seller did not answer, so you get €60.00")
        )
    ).to_be_visible()
    assert end(dispute, "resolved", "seller_silent") == ["60.00"]


def test_return(enter: Enter) -> None:
    alice, bob = enter("Alice"), enter("Bob")
    dispute = file_dispute(alice, wanted="return_refund", amount="100")

    at(bob, dispute, "accept_request")
    bob.get_by_role("button", name="Yes, accept").click()
    at(alice, dispute, "ship_return")
    alice.get_by_label("Carrier").fill("DHL")
    alice.get_by_label("Tracking number").fill("RR 473 124 829 NL")
    alice.get_by_role("button", name="I have sent it").click()
    expect(alice.get_by_text("Your return is on its way.")).to_be_visible()
    at(bob, dispute, "return_arrived")
    bob.get_by_role("button", name="Yes, it has arrived").click()
    at(bob, dispute, "confirm_return")
    bob.get_by_role("button", name="Yes, it is complete").click()

    expect(bob.get_by_role("heading", name=re.compile("You confirmed the return"))).to_be_visible()
    assert end(dispute, "resolved", "return_confirmed") == ["100.00"]


def test_escalated_by_the_clock_and_decided(enter: Enter, photo: Path) -> None:
    make.carol()
    alice, bob, carol = enter("Alice"), enter("Bob"), enter("Carol")
    dispute = file_dispute(alice, photo)

    at(bob, dispute, "reject")
    bob.get_by_label("Why").fill("It left here whole.")
    bob.get_by_role("button", name="Reject and send the reason").click()
    leap(alice, "+15 days")
    assert Dispute.objects.get().state == "escalated"

    carol.goto(reverse("mediation:queue") + "?tab=to_take")
    carol.locator(".queue a").first.click()
    carol.get_by_role("button", name="Take this case").click()
    carol.locator("input[name=result-damaged][value=proved]").check()
    carol.locator("input[name=cite-damaged]").check()
    carol.locator("input[name=result-denial][value=not_proved]").check()
    carol.locator("input[name=verdict][value=part]").check()
    carol.locator("#amount").fill("40")
    carol.locator("#reason").select_option("damaged_on_arrival")
    carol.get_by_role("button", name="Draft it from the findings").click()
    expect(carol.locator("#statement")).to_have_value(re.compile("We find this proved"))
    carol.get_by_role("button", name="Check and send").click()
    expect(carol.get_by_role("heading", name="This is what both will read")).to_be_visible()
    carol.get_by_role("button", name="Send the decision to both").click()
    expect(carol.get_by_text("The decision was sent to both.")).to_be_visible()

    at(alice, dispute)
    expect(alice.get_by_text("We find this proved").first).to_be_visible()
    leap(alice, "+15 days")
    assert end(dispute, "closed", "decided_part") == ["40.00"]


def test_withdrawn(enter: Enter) -> None:
    alice = enter("Alice")
    dispute = file_dispute(alice)

    at(alice, dispute, "withdraw")
    expect(alice.get_by_text("Do not withdraw before the money is back.")).to_be_visible()
    alice.get_by_role("checkbox").check()
    alice.get_by_role("button", name="Withdraw for good").click()

    expect(alice.get_by_role("heading", name="You withdrew the dispute")).to_be_visible()
    assert end(dispute, "withdrawn", "withdrawn") == []


def test_settled_on_condition(enter: Enter) -> None:
    alice, bob = enter("Alice"), enter("Bob")
    dispute = file_dispute(alice)

    at(alice, dispute, "settle")
    alice.get_by_label("What should come back?").fill("30")
    alice.get_by_role("button", name="Propose this to the seller").click()
    expect(alice.get_by_text("Proposed. If the seller agrees")).to_be_visible()
    at(bob, dispute, "agree_settlement")
    bob.get_by_role("button", name="Yes, agree").click()
    assert Dispute.objects.get().state == "awaiting_seller", "the refund is not recorded yet"
    money.submit_refunds()
    said = [money.Answer(refund.reference, True, "BANK-1") for refund in Refund.objects.all()]
    assert money.apply_answers(answers=said) == ["applied"]
    tasks.watch_settlements()

    at(alice, dispute)
    expect(alice.get_by_role("heading", name=re.compile("Settled"))).to_be_visible()
    assert end(dispute, "resolved", "settled") == ["30.00"]
