"""Messages, evidence and who may see it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import RoleGrant
from core import cases, clock
from core.errors import CaseChanged, NotAllowed, Refused
from disputes import services
from disputes.models import Dispute, ReadMark
from evidence import access
from evidence.models import EvidenceFile
from tests.disputes import factories as make
from tests.disputes import facts
from tests.orders import factories as orders

pytestmark = pytest.mark.django_db


def say(dispute: Dispute, body: str, side: str = "seller") -> Any:
    return services.send_message(
        dispute_id=dispute.pk, actor=getattr(make, side)(dispute), body=body
    )


def test_a_message_is_kept_and_told_to_the_others(frozen: datetime) -> None:
    dispute = make.in_mediation()
    message = say(dispute, "I sent a new bell.")
    assert (message.party, message.body, message.caution, message.sent_at) == (
        "seller", "I sent a new bell.", [], frozen,
    )  # fmt: skip
    assert facts.events(dispute)[-1] == ("message_added", "in_mediation", "in_mediation")
    assert facts.told(dispute) == [("Alice", "dispute_message"), ("Carol", "dispute_message")]
    carols = services.send_message(
        dispute_id=dispute.pk, actor=make.carol(), body="Please be patient."
    )
    assert carols.party == "platform"
    assert facts.told(dispute) == [("Alice", "dispute_message"), ("Bob", "dispute_message")]


def test_a_deal_outside_is_marked_and_kept(frozen: datetime) -> None:
    message = say(make.opened(), "Please confirm receipt first, then I pay you by PayPal.")
    assert {"confirm_first", "outside_payment"} <= set(message.caution)
    assert message.body.startswith("Please confirm")


@pytest.mark.parametrize(
    "body", ["😭" * 100, "مرحبا", "\U00020000\U0001f469\u200d\U0001f469", "a\x00b", "א" * 4000]
)
def test_any_writing_is_kept(frozen: datetime, body: str) -> None:
    dispute = make.opened()
    message = say(dispute, body)
    message.refresh_from_db()
    assert message.body == body.replace("\x00", "")


@pytest.mark.parametrize("body", ["", " \n ", "\x00", "x" * 4001, "x" * 10_000_000, "\u202e"])
def test_nothing_and_too_much_are_refused(frozen: datetime, body: str) -> None:
    dispute = make.opened()
    with pytest.raises(Refused):
        say(dispute, body)
    assert facts.events(dispute) == [("opened", "", "awaiting_seller")]


def test_who_speaks(frozen: datetime) -> None:
    dispute = make.escalated()
    for actor in (make.eve(), make.carol(), make.root()):
        with pytest.raises(NotAllowed):
            services.send_message(dispute_id=dispute.pk, actor=actor, body="Hello")


@pytest.mark.parametrize("made", [make.resolved, make.withdrawn, make.closed])
def test_after_the_end_nothing_can_be_added(frozen: datetime, made: Any) -> None:
    dispute = make.fresh(made())
    before = facts.events(dispute)
    picture = make.file(dispute.buyer_id, dispute.reference)
    acts: list[Callable[[], object]] = [
        lambda: say(dispute, "But…", "buyer"),
        lambda: services.add_evidence(
            dispute_id=dispute.pk, actor=make.buyer(dispute), file_ids=[picture.pk]
        ),
    ]
    for act in acts:
        with pytest.raises(CaseChanged) as no:
            act()
        assert "has ended" in str(no.value)
    assert facts.events(dispute) == before


def test_evidence_is_numbered_for_the_case_and_told(frozen: datetime) -> None:
    dispute = make.opened()
    first = make.evidence(dispute, caption="The crack")
    seller = make.seller(dispute)
    two = [make.file(dispute.seller_id, dispute.reference).pk for _ in range(2)]
    items = services.add_evidence(
        dispute_id=dispute.pk, actor=seller, file_ids=two, caption="Bench"
    )
    assert first == 1
    assert [(i.label, i.party, i.caption) for i in items] == [
        ("E2", "seller", "Bench"),
        ("E3", "seller", "Bench"),
    ]
    assert make.fresh(dispute).evidence_count == 3
    assert facts.events(dispute)[-1] == ("evidence_added", "awaiting_seller", "awaiting_seller")
    assert facts.told(dispute) == [("Alice", "dispute_evidence_added")]


def test_only_ones_own_new_files_of_this_case_become_evidence(frozen: datetime) -> None:
    dispute, other = make.opened(), make.opened()
    alice = make.buyer(dispute)
    used = make.evidence(dispute)
    wrong = [
        make.file(dispute.seller_id, dispute.reference), make.file(dispute.buyer_id, other.reference),
        make.file(dispute.buyer_id, dispute.reference, "dispute_draft"),
        dispute.evidence.get(number=used).file,
        make.file(
            dispute.buyer_id, dispute.reference, state="refused", refusal_code="broken", clean_name="", sha256=""
        ),
    ]  # fmt: skip
    for file in wrong:
        with pytest.raises(NotAllowed):
            services.add_evidence(dispute_id=dispute.pk, actor=alice, file_ids=[file.pk])
    with pytest.raises(Refused):
        services.add_evidence(dispute_id=dispute.pk, actor=alice, file_ids=[])
    with pytest.raises(NotAllowed):
        services.add_evidence(dispute_id=dispute.pk, actor=alice, file_ids=[999_999])
    assert dispute.evidence.count() == 1


def test_the_number_of_files_of_a_party_is_limited(frozen: datetime) -> None:
    dispute = make.opened()
    files = [make.file(dispute.buyer_id, dispute.reference).pk for _ in range(21)]
    with pytest.raises(Refused) as no:
        services.add_evidence(dispute_id=dispute.pk, actor=make.buyer(dispute), file_ids=files)
    assert no.value.code == "too_many_files"
    services.add_evidence(dispute_id=dispute.pk, actor=make.buyer(dispute), file_ids=files[:20])
    assert dispute.evidence.count() == 20


def test_uploads_that_are_not_taken_are_named_and_the_others_are_added(frozen: datetime) -> None:
    dispute = cases.at(make.opened())
    good = SimpleUploadedFile("crack.jpg", b"\xff\xd8\xff" + b"0" * 100, "image/jpeg")
    empty = SimpleUploadedFile("nothing.jpg", b"", "image/jpeg")
    items, troubles = services.upload_evidence(
        dispute=dispute, actor=make.buyer(dispute), uploads=[good, empty], caption="Crack"
    )
    assert [(i.label, i.file.state) for i in items] == [("E1", "quarantined")]
    assert len(troubles) == 1
    assert troubles[0].startswith("nothing.jpg: ")
    with pytest.raises(NotAllowed):
        services.upload_evidence(dispute=dispute, actor=make.eve(), uploads=[good])


def test_a_file_received_for_a_case_that_ended_meanwhile_is_erased(frozen: datetime) -> None:
    dispute = cases.at(make.opened())
    services.withdraw_dispute(dispute_id=dispute.pk, actor=make.buyer(dispute))
    upload = SimpleUploadedFile("crack.jpg", b"\xff\xd8\xff" + b"0" * 100, "image/jpeg")
    with pytest.raises(CaseChanged):
        services.upload_evidence(dispute=dispute, actor=make.buyer(dispute), uploads=[upload])
    assert EvidenceFile.objects.get().state == "erased"


def test_who_sees_a_file(frozen: datetime) -> None:
    dispute = make.in_mediation()
    make.evidence(dispute)
    file = dispute.evidence.get().file
    make.dan()
    make.root()
    make.staff("Agnes", "agent")
    make.staff("Rita", "reviewer")
    make.staff("Lea", "lead")
    sees = {
        n: access.may_see(orders.user(n), file)
        for n in ("Alice", "Bob", "Carol", "Dan", "Root", "Rita", "Lea", "Agnes", "Eve")
    }
    assert sees == {
        "Alice": True, "Bob": True, "Carol": True, "Dan": True, "Root": True, "Rita": True,
        "Lea": True, "Agnes": False, "Eve": False,
    }  # fmt: skip
    assert not access.may_see(AnonymousUser(), file)
    RoleGrant.objects.filter(user=orders.user("Carol")).delete()
    assert not access.may_see(orders.user("Carol"), file)
    loose = make.file(dispute.buyer_id, dispute.reference)
    assert not access.may_see(orders.user("Bob"), loose)
    order = orders.delivered()
    draft_file = make.file(order.buyer_id, order.reference, "dispute_draft")
    make.draft(order).files.create(file=draft_file, added_at=frozen)
    assert [access.may_see(orders.user(n), draft_file) for n in ("Alice", "Bob", "Carol")] == [
        True,
        False,
        False,
    ]


def test_read_marks_move_forward(frozen: datetime) -> None:
    dispute = make.opened()
    services.mark_read(dispute_id=dispute.pk, user_id=dispute.buyer_id)
    with clock.freeze(frozen + timedelta(hours=1)):
        services.mark_read(dispute_id=dispute.pk, user_id=dispute.buyer_id)
    assert ReadMark.objects.get().read_at == frozen + timedelta(hours=1)
