"""Administrators read a bank's file at the desk and put right what it shows to be wrong."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts import second_factor
from accounts.models import RoleGrant, User
from core.models import Event, Storefront
from desk.views import settlements
from orders.models import Correction, Refund, SettlementFile
from tests.disputes import factories as make
from tests.disputes.pages import text
from tests.orders.test_settlement import HEADER, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch, frozen: Any) -> Client:
    monkeypatch.setattr(second_factor, "is_done", lambda request: True)
    client = Client()
    client.force_login(User.objects.get(pk=make.root().person_id))
    return client


def read(client: Client, *lines: str, name: str = "march.csv") -> Any:
    body = "\n".join((HEADER, *lines)) + "\n"
    upload = SimpleUploadedFile(name, body.encode(), "text/csv")
    return client.post(reverse("desk:settlements"), {"file": upload})


def charged(client: Client) -> tuple[Refund, Correction]:
    refund = sent()
    read(client, f"T1,charge,{refund.reference},40,EUR,2026-03-02")
    return refund, Correction.objects.get()


def test_a_file_is_read_and_its_findings_stand_on_the_page(root: Client) -> None:
    refund = sent()
    answer = read(root, f"T1,charge,{refund.reference},40,EUR,2026-03-02")
    page = text(answer)
    assert (answer.status_code, "1 correction was opened" in page) == (200, True)
    assert "We found that the bank charged €40.00 instead of paying €40.00 back." in page
    assert reverse("orders:payments", args=[refund.order.reference]) in answer.content.decode()
    assert SettlementFile.objects.get().author == User.objects.get(name="Root")
    again = text(read(root, f"T1,charge,{refund.reference},40,EUR,2026-03-02"))
    assert "This file was read before. Nothing counts twice." in again
    assert Correction.objects.count() == 1


def test_rows_that_were_left_out_are_named(root: Client) -> None:
    page = text(read(root, "T1,refund,R,much,EUR,2026-03-02"))
    assert "1 row was left out." in page
    assert "2: amount is not an amount: 'much'" in page


def test_a_file_that_cannot_be_used_is_said_and_nothing_is_kept(
    root: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = reverse("desk:settlements")
    for body, why in ((b"", "Choose a file."), (b"a;b\n", "semicolons")):
        upload = {"file": SimpleUploadedFile("x.csv", body)} if body else {}
        answer = root.post(address, upload)
        assert (answer.status_code, why in text(answer)) == (422, True)
    monkeypatch.setattr(settlements, "MOST", 10)
    large = read(root, "T1,refund,R,1,EUR,2026-03-02")
    assert (large.status_code, "import_settlement" in text(large)) == (422, True)
    assert SettlementFile.objects.count() == 0


def test_a_correction_is_taken_step_by_step_and_each_form_counts_once(root: Client) -> None:
    _refund, made = charged(root)
    address = reverse("desk:move-correction", args=[made.reference])
    form = {"move": "ask", "note": "Ticket 77 at the bank.", "form_key": "one"}
    for _ in range(2):
        assert root.post(address, form).status_code == 302
    assert Correction.objects.get().state == "requested"
    refused = root.post(address, {"move": "ask", "note": "Nobody wants to type this twice."})
    assert (refused.status_code, "changed" in text(refused)) == (409, True)
    assert "Nobody wants to type this twice." in refused.content.decode()
    assert root.post(address, {"move": "settle", "note": ""}).status_code == 422
    assert Correction.objects.get().state == "requested", "nothing without a sentence"
    root.post(address, {"move": "settle", "note": "It came with the next run."})
    assert Correction.objects.get().state == "settled"
    names = Event.objects.filter(subject=made.reference).order_by("seq")
    assert [event.name for event in names] == [
        "found",
        "correction_requested",
        "correction_settled",
    ]
    shown = root.get(reverse("desk:settlements"), {"show": "ended"})
    assert made.reference in text(shown)
    assert made.reference not in text(root.get(reverse("desk:settlements")))


def test_the_audit_log_leads_from_a_correction_to_the_page(root: Client) -> None:
    charged(root)
    read(root, "T2,refund,RFD-XXXXXX,5,EUR,2026-03-02", name="more.csv")
    for row in Correction.objects.all():
        page = root.get(reverse("desk:log"), {"case": row.reference})
        assert [r["event"].name for r in page.context["rows"]] == ["found"]
        assert reverse("desk:settlements") in page.content.decode()


def test_corrections_of_other_storefronts_are_not_there(root: Client) -> None:
    _refund, made = charged(root)
    other = Storefront.objects.create(slug="other", name="Other")
    RoleGrant.objects.filter(role="admin").update(storefront=other)
    assert made.reference not in text(root.get(reverse("desk:settlements")))
    address = reverse("desk:move-correction", args=[made.reference])
    assert root.post(address, {"move": "ask", "note": "x"}).status_code == 404


def test_the_page_costs_the_same_with_one_correction_and_with_many(
    root: Client, django_assert_max_num_queries: Any
) -> None:
    charged(root)
    root.get(reverse("desk:settlements"))
    with django_assert_max_num_queries(60) as one:
        root.get(reverse("desk:settlements"))
    asked = len(one.captured_queries)
    refunds = [sent() for _ in range(5)]
    lines = [f"N{n},charge,{r.reference},40,EUR,2026-03-02" for n, r in enumerate(refunds)]
    read(root, *lines, name="more.csv")
    with django_assert_max_num_queries(asked):
        root.get(reverse("desk:settlements"))
