"""The buyer's form for the return: numbers as people type them, a doubt that is asked and no refusal, photos."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from disputes.states import DisputeState as S
from evidence.models import EvidenceFile
from tests.disputes import factories as make
from tests.disputes.pages import address, client, send, text
from tests.evidence import samples

pytestmark = pytest.mark.django_db
WRONG = "RR473124828NL"
DOUBT = f"One figure of {WRONG} seems to be mistyped: its check digit does not fit."


def test_carrier_and_number_are_stored_in_one_spelling(frozen: datetime) -> None:
    dispute = make.returning()

    send(
        client("Alice"),
        address(dispute, "ship_return"),
        carrier=" dhl ",
        tracking_number="jd 0001-2 ",
    )

    parcel = dispute.return_parcels.get()
    assert (parcel.carrier, parcel.tracking_number) == ("DHL", "JD0001-2")


def test_number_that_belies_its_check_digit_is_asked_about_and_then_taken(frozen: datetime) -> None:
    dispute, alice = make.returning(), client("Alice")
    url, given = (
        address(dispute, "ship_return"),
        {"carrier": "PostNL", "tracking_number": "rr 473 124 828 nl"},
    )

    asked = send(alice, url, **given)
    taken = send(alice, url, **given, exact="on")

    assert (asked.status_code, taken.status_code) == (422, 302)
    assert DOUBT in text(asked)
    assert "It stands exactly like this on my receipt." in text(asked)
    assert 'value="rr 473 124 828 nl"' in asked.content.decode()
    assert dispute.return_parcels.get().tracking_number == WRONG


@pytest.mark.parametrize("number", ["RR473124829NL", "00340434161094000000", "LOCAL-7"])
def test_number_of_a_form_that_nobody_knows_is_never_doubted(frozen: datetime, number: str) -> None:
    dispute = make.returning()

    send(client("Alice"), address(dispute, "ship_return"), carrier="Van", tracking_number=number)

    assert dispute.return_parcels.get().tracking_number == number


def test_photos_of_the_return_become_evidence(frozen: datetime) -> None:
    dispute, alice = make.returning(), client("Alice")
    url, photo = address(dispute, "ship_return"), SimpleUploadedFile("box.jpg", samples.jpeg())
    page = text(alice.get(url))

    send(alice, url, carrier="DHL", tracking_number="RR473124829NL", files=[photo])

    assert "A photo of the open parcel and of the receipt" in page
    assert [(i.party, i.caption) for i in dispute.evidence.all()] == [
        ("buyer", "The return, before it was sent")
    ]
    assert make.fresh(dispute).state == S.RETURN_IN_TRANSIT


def test_photo_that_is_not_taken_keeps_the_return_back_and_says_so(frozen: datetime) -> None:
    dispute = make.returning()
    empty = SimpleUploadedFile("box.jpg", b"")

    page = send(
        client("Alice"), address(dispute, "ship_return"), carrier="DHL", tracking_number="RR473124829NL", files=[empty],
    )  # fmt: skip

    assert page.status_code == 422
    assert "Nothing was sent yet. Choose the files again, without what was not taken." in text(page)
    assert 'value="RR473124829NL"' in page.content.decode()
    assert not dispute.return_parcels.exists()
    assert not EvidenceFile.objects.exclude(state="erased").exists()


def test_missing_number_is_asked_for_in_words(frozen: datetime) -> None:
    page = send(
        client("Alice"), address(make.returning(), "ship_return"), carrier="", tracking_number=""
    )

    assert "Name the carrier: it stands on the receipt." in text(page)
    assert "Write the tracking number: it stands on the receipt." in text(page)
