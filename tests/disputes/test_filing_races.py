"""The questionnaire in two tabs: nothing typed is lost to a neighbour, nothing is done twice."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from core.actors import Actor
from core.errors import CaseChanged, Refused
from disputes import services
from disputes.models import Dispute, DisputeDraft
from evidence import services as files
from evidence.models import EvidenceFile
from tests.disputes import factories as make
from tests.disputes.pages import client, send, text
from tests.disputes.test_views_filing import page, photo
from tests.orders import factories as orders
from tests.together import many


@pytest.mark.django_db
def test_saving_into_a_questionnaire_that_was_sent_says_so_and_breaks_nothing(
    frozen: datetime,
) -> None:
    order = orders.delivered()
    draft = make.draft(order)
    services.open_dispute(order_id=order.pk, actor=Actor.person(order.buyer_id, why="buyer"))

    with pytest.raises(CaseChanged, match="was sent or thrown away meanwhile"):
        services.save_answers(
            draft_id=draft.pk, user_id=order.buyer_id, step="story", answers={"story": "late"}
        )


@pytest.mark.django_db
def test_a_page_whose_questionnaire_vanishes_in_the_meantime_leads_on_with_a_word(
    frozen: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, alice = orders.delivered(), client("Alice")
    make.draft(order)
    save = services.save_answers

    def gone(**fields: Any) -> Any:
        DisputeDraft.objects.all().delete()
        return save(**fields)

    monkeypatch.setattr(services, "save_answers", gone)
    answer = send(alice, page(order, "evidence"))

    assert answer.url == reverse("disputes:file", args=[order.reference])
    assert "was sent or thrown away meanwhile" in text(alice.get(page(order, "received")))


@pytest.mark.django_db
def test_throwing_away_what_was_sent_in_the_meantime_says_so_and_erases_no_evidence(
    frozen: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, alice = orders.delivered(), client("Alice")
    draft = make.draft(order)
    services.upload_draft_files(draft_id=draft.pk, user_id=order.buyer_id, uploads=[photo("a.jpg")])
    files.inspect_waiting()
    row = draft.files.get()
    for name, act in (("drop_draft", "drop_draft"), ("remove_draft_file", "remove_file")):
        service = getattr(services, name)

        def sent_first(service: Any = service, **fields: Any) -> None:
            services.open_dispute(
                order_id=order.pk, actor=Actor.person(order.buyer_id, why="buyer")
            )
            service(**fields)

        with monkeypatch.context() as patch, transaction.atomic():
            patch.setattr(services, name, sent_first)
            more = [row.file.handle] if act == "remove_file" else []
            answer = alice.post(
                reverse(f"disputes:{act}", args=[order.reference, *more]), follow=True
            )
            assert "was sent or thrown away meanwhile" in text(answer)
            assert Dispute.objects.get().evidence.count() == 1
            assert EvidenceFile.objects.get().state != "erased"
            transaction.set_rollback(True)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_pages_saved_at_once_keep_both_answers(frozen: datetime) -> None:
    """Read, change, write without a lock would lose one of them."""
    order = orders.delivered()
    draft = make.draft(order)
    given = [{"story": "It cracked."}, {"amount": "33"}]
    steps = ["story", "wanted"]

    for _ in range(10):
        DisputeDraft.objects.update(answers={})
        many(
            2,
            lambda n: services.save_answers(
                draft_id=draft.pk, user_id=order.buyer_id, step=steps[n], answers=given[n]
            ),
        )
        assert DisputeDraft.objects.get().answers == given[0] | given[1]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_files_sent_side_by_side_never_get_past_the_limit(frozen: datetime) -> None:
    order = orders.delivered()
    draft = make.draft(order)
    limit = int(order.policy.get("evidence_max_files"))

    def upload(number: int) -> int:
        try:
            uploads = [photo(f"{number}-{n}.jpg") for n in range(limit // 2)]
            made, _troubles = services.upload_draft_files(
                draft_id=draft.pk, user_id=order.buyer_id, uploads=uploads
            )
        except Refused:
            return 0
        return len(made)

    assert sum(many(5, upload)) == limit
    assert draft.files.count() == limit
    assert EvidenceFile.objects.exclude(state="erased").count() == limit
