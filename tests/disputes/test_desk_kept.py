"""Words typed at the desk are never lost, and the workspace says what the parties have agreed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts import second_factor
from accounts.models import User
from core.actors import Actor
from disputes import services
from disputes.models import DecisionDraft, Dispute
from tests.disputes import factories as make
from tests.disputes.pages import text

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(autouse=True)
def shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_factor, "is_done", lambda request: True)


def desk(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.person_id), BACKEND)
    return client


def address(name: str, dispute: Dispute) -> str:
    return reverse(f"mediation:{name}", args=[dispute.reference])


@pytest.mark.parametrize(
    ("form", "typed", "marks"),
    [
        (
            "message",
            {"body": "I am <reading> the case."},
            ["I am &lt;reading&gt; the case.</textarea>"],
        ),
        ("note", {"body": "Looks honest."}, ["Looks honest.</textarea>"]),
        (
            "ask",
            {"party": "seller", "question": "Where is it?"},
            ['value="seller" required checked', "Where is it?<"],
        ),
        ("hand-over", {"mediator": "", "note": "Know the store."}, ["Know the store.</textarea>"]),
        (
            "check",
            {"statement": "My reasons.", "verdict": "none"},
            ["My reasons.</textarea>", 'value="none" checked'],
        ),
    ],
)
def test_a_form_sent_after_the_session_ended_stands_on_the_page_after_signing_in(
    frozen: Any, form: str, typed: dict[str, str], marks: list[str]
) -> None:
    dispute, carol = make.in_mediation(), make.carol()
    client = Client()
    answer = client.post(address(form, dispute), typed)
    page = address("case", dispute)
    assert (answer.status_code, answer.headers["Location"]) == (
        302,
        f"{reverse('account_login')}?next={page}",
    )
    client.force_login(User.objects.get(pk=carol.person_id), BACKEND)
    shown = client.get(page)
    assert all(mark in shown.content.decode() for mark in marks)
    assert "It stands in its form again." in text(shown)
    assert not any(mark in client.get(page).content.decode() for mark in marks), "once"


def test_what_was_refused_stands_in_its_form_again(frozen: Any) -> None:
    dispute = make.in_mediation()
    services.request_evidence(
        dispute_id=dispute.pk, actor=make.carol(), party="buyer", question="Which box?"
    )
    page = desk(make.carol()).post(
        address("ask", dispute), {"party": "buyer", "question": "And the lid?"}, follow=True
    )
    assert "still has an open question" in text(page)
    assert "And the lid?</textarea>" in page.content.decode()


def test_words_whose_form_is_gone_can_be_copied(frozen: Any) -> None:
    dispute, carol = make.in_mediation(), desk(make.carol())
    services.hand_over_dispute(
        dispute_id=dispute.pk, actor=make.root(), mediator_id=make.dan().user_id or 0
    )
    page = carol.post(address("ask", dispute), {"party": "buyer", "question": "Lid?"}, follow=True)
    assert "What you typed was not saved." in text(page)
    assert "readonly" in page.content.decode()
    assert ">Lid?</textarea>" in page.content.decode()
    page = carol.post(address("check", dispute), {"statement": "My reasons.", "do": "check"})
    assert page.status_code == 409
    assert ">My reasons.</textarea>" in page.content.decode()


def test_the_mediator_reads_what_was_agreed_and_that_the_decision_waits(frozen: Any) -> None:
    dispute, carol = make.in_mediation(), desk(make.carol())
    services.propose_settlement(
        dispute_id=dispute.pk, actor=make.buyer(dispute), amount=Decimal(25), by=frozen + timedelta(days=2)
    )  # fmt: skip
    page = text(carol.get(address("case", dispute)))
    assert (
        "The dispute would close once €25.00 is refunded before Wednesday 4 March 2026, 12:00"
        in page
    )
    services.agree_settlement(
        dispute_id=dispute.pk, actor=make.seller(dispute), settlement_id=dispute.settlements.get().pk
    )  # fmt: skip
    page = text(carol.get(address("case", dispute)))
    assert (
        "closes by itself once €25.00 is recorded as refunded before Wednesday 4 March 2026, 12:00"
        in page
    )
    assert "The decision waits." in page


def test_drafting_anew_says_what_becomes_of_the_text(frozen: Any) -> None:
    dispute, carol = make.in_mediation(), desk(make.carol())

    def draft(**typed: str) -> str:
        return text(carol.post(address("check", dispute), {"do": "draft"} | typed, follow=True))

    first = draft(verdict="none")
    assert "Drafted from your findings." in first
    assert "kept below" not in first.partition("The new draft replaces the last one.")[0]
    kept = {
        k: DecisionDraft.objects.get().content[k]
        for k in ("statement", "drafted-for", "drafted-text")
    }
    assert "It replaces the draft that was there." in draft(verdict="none", **kept)
    own = kept | {"statement": "My own words."}
    assert "The text that you had changed is kept below it." in draft(verdict="none", **own)
    assert DecisionDraft.objects.get().content["statement"].endswith("\n\nMy own words.")


def test_an_address_opened_the_wrong_way_answers_with_a_page(frozen: Any) -> None:
    dispute, carol = make.in_mediation(), desk(make.carol())
    answer = carol.get(address("claim", dispute), headers={"accept": "text/html,*/*;q=0.8"})
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "This address cannot be opened like that" in text(answer)
    assert "Desk" in text(answer)
    script = carol.get(address("claim", dispute), headers={"accept": "application/json"})
    assert (script.status_code, script.content) == (405, b"")
