"""What a person gave us and what was decided about them, as one JSON file: their own words, nobody else's.

Of a case both sides may read more on its page; here stands what is the person's own: what they bought or sold,
wrote, offered, sent, complained of, were told and were given; of a coupon all but its code, which is money and stands
on its page alone. Written row by row, so that a store of many years costs no more memory.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import F, Q, QuerySet

from accounts.models import User
from appeals.models import Feedback, Grounds, Review
from appeals.states import Scale
from core import clock
from coupons.models import Compensation, Coupon
from disputes.models import Decision, Dispute, EvidenceItem, EvidenceRequest, Message, Offer
from notifications import rendering
from notifications.selectors import notices_of
from orders.models import Order, OrderMessage, Refund

Row = dict[str, Any]


def of(user: User) -> Iterator[str]:
    """The file in pieces; each part is one query."""
    yield "{"
    for number, (name, rows) in enumerate(_parts(user).items()):
        yield f"{',' if number else ''}\n{json.dumps(name)}: "
        if isinstance(rows, dict):
            yield _json(rows)
            continue
        yield "["
        for place, row in enumerate(rows):
            yield f"{',' if place else ''}\n{_json(row)}"
        yield "]"
    yield "\n}\n"


def _json(row: Row) -> str:
    return json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False)


def _parts(user: User) -> dict[str, Row | Iterable[Row]]:
    mine = Q(buyer=user) | Q(seller=user)
    own_order, own_dispute = _of_cases(user, "order"), _of_cases(user, "dispute")
    return {
        "account": {
            "email": user.email, "name": user.name, "language": user.language, "zone": user.zone,
            "joined_at": user.joined_at, "written_at": clock.now(),
        },
        "orders": _rows(
            Order.objects.filter(mine), "reference", "number", "state", "currency", "placed_at", "paid_at",
            "shipped_at", "delivered_at", "ended_at", "captured", "released", "refunded", "coupon_amount",
        ),
        "refunds": _rows(
            Refund.objects.filter(order__buyer=user), "reference", "state", "amount", "currency", "means",
            "expected_at", "completed_at", order_reference=F("order__reference"),
        ),
        "messages_about_orders": _rows(
            OrderMessage.objects.filter(own_order, author=user), "body", "language", "sent_at",
            order_reference=F("order__reference"),
        ),
        "disputes": (_dispute(dispute, user) for dispute in _each(Dispute.objects.filter(mine))),
        "offers": _rows(
            Offer.objects.filter(own_dispute, author=user), "amount", "return_required", "postage_payer",
            "replacement", "note", "state", "made_at", dispute_reference=F("dispute__reference"),
        ),
        "messages_in_disputes": _rows(
            Message.objects.filter(own_dispute, author=user), "body", "language", "sent_at",
            dispute_reference=F("dispute__reference"),
        ),
        "evidence": _rows(
            EvidenceItem.objects.filter(own_dispute, author=user), "number", "caption", "added_at",
            dispute_reference=F("dispute__reference"), file_name=F("file__original_name"),
            file_state=F("file__state"), file_sha256=F("file__sha256"), file_bytes=F("file__size"),
        ),
        "answers_to_the_mediator": map(
            _answer, _each(EvidenceRequest.objects.filter(_asked(user)).exclude(answer=""))
        ),
        "decisions": _rows(
            Decision.objects.filter(own_dispute), "number", "verdict", "amount", "reason", "statement",
            "decided_at", dispute_reference=F("dispute__reference"),
        ),
        "complaints": _rows(
            Grounds.objects.filter(author=user), "body", "language", "made_at",
            complaint_reference=F("complaint__reference"), complaint_state=F("complaint__state"),
            dispute_reference=F("dispute__reference"),
        ),
        "reviews": _rows(
            Review.objects.filter(_of_cases(user, "complaint")), "look", "result", "statement", "reviewed_at",
            complaint_reference=F("complaint__reference"),
        ),
        "feedback": _rows(
            Feedback.objects.filter(author=user), *Scale.values, "body", "given_at",
            complaint_reference=F("complaint__reference"),
        ),
        "compensations": _rows(
            Compensation.objects.filter(owner=user), "reference", "value", "currency", "cause", "created_at",
        ),
        "coupons": _rows(
            Coupon.objects.filter(owner=user), "reference", "state", "value", "currency", "issue_at", "issued_at",
            "expires_at", "ended_at", "order_number", compensation_reference=F("compensation__reference"),
        ),
        "notices": (_notice(notice, user) for notice in _each(notices_of(user))),
    }  # fmt: skip


def _of_cases(user: User, case: str) -> Q:
    return Q(**{f"{case}__buyer": user}) | Q(**{f"{case}__seller": user})


def _asked(user: User) -> Q:
    """The questions that were put to this person."""
    return Q(party="buyer", dispute__buyer=user) | Q(party="seller", dispute__seller=user)


def _each(rows: QuerySet[Any]) -> Iterator[Any]:
    return rows.select_related(*_WITH.get(rows.model, ())).order_by("pk").iterator(500)


_WITH: dict[Any, tuple[str, ...]] = {EvidenceRequest: ("dispute",)}


def _rows(rows: QuerySet[Any], *fields: str, **named: F) -> Iterator[Row]:
    return rows.order_by("pk").values(*fields, **named).iterator(500)


def _dispute(dispute: Dispute, user: User) -> Row:
    """The facts of a dispute, and of its texts those that this person wrote."""
    names = (
        "reference", "state", "outcome", "reason", "wanted", "amount_asked", "final_amount", "currency", "received",
        "opened_at", "answered_at", "agreed_at", "escalated_at", "decided_at", "ended_at",
    )  # fmt: skip
    buyer = dispute.buyer_id == user.pk
    texts = ("story", "replacement_contest") if buyer else ("seller_answer", "contest_reason")
    side = {"side": "buyer" if buyer else "seller"}
    return side | {name: getattr(dispute, name) for name in (*names, *texts)}


def _answer(request: EvidenceRequest) -> Row:
    return {"dispute_reference": request.dispute.reference, "answer": request.answer}


def _notice(notice: Any, user: User) -> Row:
    with rendering.as_reader(user):
        message = rendering.render(notice)
    return {
        "about": notice.subject, "kind": notice.kind, "at": notice.created_at, "read_at": notice.read_at,
        "subject": message.subject, "lines": list(message.lines),
    }  # fmt: skip
