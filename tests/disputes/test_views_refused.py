"""A file that the check refused is no evidence: nobody counts it, cites it or has less room because of it."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from django.urls import reverse

from core.errors import Refused
from disputes import services
from disputes.models import Dispute, DraftFile
from disputes.services.evidence import room_left
from evidence.models import EvidenceFile
from tests.disputes import factories as make
from tests.disputes.pages import address, client, text
from tests.disputes.test_views_filing import page
from tests.orders import factories as orders

pytestmark = pytest.mark.django_db


def refuse(number: int, dispute: Dispute) -> None:
    """The check finds that this file is no picture."""
    file = dispute.evidence.get(number=number).file
    EvidenceFile.objects.filter(pk=file.pk).update(
        state="refused", refusal_code="broken", clean_name="", original_name="fake.jpg"
    )


def with_one_refused() -> Dispute:
    """E1 good, E2 refused, both the buyer's; E3 the seller's."""
    dispute = make.in_mediation()
    for actor in (make.buyer(dispute), make.buyer(dispute), make.seller(dispute)):
        make.evidence(make.fresh(dispute), actor)
    refuse(2, dispute)
    return make.fresh(dispute)


def test_both_sides_count_the_same_evidence(frozen: datetime) -> None:
    dispute = with_one_refused()

    mine, theirs = (text(client(name).get(address(dispute))) for name in ("Alice", "Bob"))

    assert "You 1 · Seller 1" in mine
    assert "Buyer 1 · You 1" in theirs


def test_only_the_owner_sees_a_refused_file_and_it_has_no_number_there(frozen: datetime) -> None:
    dispute = with_one_refused()

    mine, theirs = (client(name).get(address(dispute)) for name in ("Alice", "Bob"))

    assert "This file is damaged" in text(mine)
    assert "fake.jpg" in text(mine)
    assert "fake.jpg" not in text(theirs)
    for page_ in (mine, theirs):
        assert re.findall(r'<span class="id">(E\d)</span>', page_.content.decode()) == ["E1", "E3"]


def test_history_names_only_what_was_taken(frozen: datetime) -> None:
    dispute = with_one_refused()

    for name in ("Alice", "Bob"):
        shown = text(client(name).get(address(dispute)))
        assert "Evidence added: E1" in shown
        assert "Evidence added: E3" in shown
        assert "E2" not in shown
        assert "A file was sent and not taken" in shown


def test_refused_file_takes_no_room(frozen: datetime) -> None:
    dispute = with_one_refused()

    assert room_left(dispute, "buyer") == 19
    assert "You can add 19 more files." in text(
        client("Alice").get(address(dispute, "add_evidence"))
    )


def test_refused_file_cannot_be_cited_as_proof(frozen: datetime) -> None:
    dispute = with_one_refused()

    with pytest.raises(Refused) as refused:
        make.decide(dispute, findings=make.findings(2))

    assert str(refused.value) == "A finding cites evidence that is not in this case."


def test_desk_offers_only_what_was_taken_as_proof(
    frozen: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from accounts import second_factor

    monkeypatch.setattr(second_factor, "is_done", lambda request: True)
    dispute = with_one_refused()

    shown = (
        client("Carol").get(reverse("mediation:case", args=[dispute.reference])).content.decode()
    )

    assert re.findall(r'name="cite-damaged" value="(\d)"', shown) == ["1", "3"]
    assert "Buyer 1 · Seller 1" in shown


def test_page_before_sending_counts_only_what_goes_with_the_dispute(frozen: datetime) -> None:
    order = orders.delivered()
    draft = make.draft(order)
    for name in ("crack.jpg", "box.jpg", "fake.jpg"):
        file = make.file(order.buyer_id, order.reference, "dispute_draft", original_name=name)
        DraftFile.objects.create(draft=draft, file=file, added_at=frozen)
    EvidenceFile.objects.filter(original_name="fake.jpg").update(
        state="refused", refusal_code="broken", clean_name=""
    )

    shown = text(client("Alice").get(page(order, "check")))
    services.open_dispute(order_id=order.pk, actor=orders.buyer(order))

    assert "2 files" in shown
    assert "fake.jpg This file is not sent. Not added: This file is damaged" in shown
    assert Dispute.objects.get().evidence.count() == 2
