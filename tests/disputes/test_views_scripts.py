"""What a script is answered: a sentence that is true, whatever went wrong."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core import clock
from tests.disputes import factories as make
from tests.disputes.pages import address, client
from tests.disputes.test_views_filing import page, photo
from tests.orders import factories as orders

pytestmark = pytest.mark.django_db
ASK: dict[str, Any] = {"headers": {"accept": "application/json"}}


def test_upload_after_the_protection_ended_says_so(frozen: datetime) -> None:
    draft = make.draft(orders.delivered())
    url = reverse("disputes:add_files", args=[draft.order.reference])

    with clock.freeze(frozen + timedelta(days=15)):
        answer = client("Alice").post(url, {"files": [photo()], "form_key": "k1"}, **ASK)

    assert answer.status_code == 409
    assert answer.json() == {
        "ok": False, "error": "Buyer protection for this order is over.", "again": False,
    }  # fmt: skip


def test_upload_to_a_questionnaire_that_was_sent_in_another_tab_says_so(frozen: datetime) -> None:
    dispute = make.opened()
    url = reverse("disputes:add_files", args=[dispute.order.reference])

    answer = client("Alice").post(url, {"files": [photo()], "form_key": "k1"}, **ASK)

    assert answer.status_code == 409
    assert (
        answer.json()["error"]
        == "This order already has its one dispute. It cannot have a second one."
    )


def test_upload_to_a_dispute_that_has_ended_says_so(frozen: datetime) -> None:
    dispute = make.resolved()

    answer = client("Alice").post(
        address(dispute, "add_evidence"), {"files": [photo()], "form_key": "k1"}, **ASK
    )

    assert answer.json()["error"] == (
        "This dispute has ended; nothing can be added to it any more."
    )


def test_upload_without_a_session_says_that_one_was_signed_out(frozen: datetime) -> None:
    dispute = make.opened()
    browser = Client()

    answer = browser.post(
        address(dispute, "add_evidence"), {"files": [photo("box.jpg")], "form_key": "k1"}, **ASK
    )

    assert answer.status_code == 401
    assert answer.json() == {
        "ok": False, "again": True,
        "error": "You were signed out. Sign in again in another tab, then try again.",
    }  # fmt: skip
    assert "kept_form" not in browser.session


def test_autosave_without_a_session_keeps_the_text_for_after_signing_in(frozen: datetime) -> None:
    draft, browser = make.draft(orders.delivered()), Client()
    url = page(draft.order, "story")

    answer = browser.post(url, {"story": "Half a sent", "language": "en"}, **ASK)
    browser.force_login(orders.user("Alice"), "django.contrib.auth.backends.ModelBackend")

    assert answer.status_code == 401
    assert "Half a sent" in browser.get(url).content.decode()


SCRIPT: dict[str, Any] = {"headers": {"x-requested-with": "XMLHttpRequest"}}


def test_evidence_opened_by_a_person_is_a_whole_page_and_a_fragment_for_the_script(
    frozen: datetime,
) -> None:
    dispute = make.opened()
    make.evidence(dispute, caption="The crack")
    url, alice = address(dispute, "evidence_grid"), client("Alice")

    whole, fragment = alice.get(url).content.decode(), alice.get(url, **SCRIPT).content.decode()

    assert "<title>Evidence" in whole
    assert "The crack" in whole
    assert f'href="{address(dispute, "add_evidence")}"' in whole
    assert fragment.lstrip().startswith('<div id="evidence-grid"')
    assert "<title>" not in fragment


def test_rows_of_files_opened_by_a_person_lead_to_their_page(frozen: datetime) -> None:
    dispute, draft = make.opened(), make.draft(orders.delivered())
    alice = client("Alice")
    rows = {
        address(dispute, "evidence_files"): address(dispute, "add_evidence"),
        reverse("disputes:files", args=[draft.order.reference]): page(draft.order, "evidence"),
    }

    for url, there in rows.items():
        assert alice.get(url).url == there
        assert alice.get(url, **SCRIPT).status_code == 200
