"""Disputes in every state, made by the very services that people use. Carol mediates, Dan could too, Root is admin."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import RoleGrant
from core import clock, deadlines
from core.actors import Actor, StaffRole
from core.batch import Batch
from core.models import Storefront
from disputes import services
from disputes.effects import complaints, loading
from disputes.effects.mediation import Found
from disputes.models import Dispute, DisputeDraft
from disputes.services import input
from disputes.states import DisputeState
from evidence.models import EvidenceFile
from evidence.pipeline import Kind
from evidence.states import FileState
from orders.models import Order
from tests.orders import factories as orders

ANSWERS: dict[str, Any] = {
    "received": True, "reason": "damaged", "story": "The bell is cracked right through.", "language": "en",
    "wanted": "refund", "amount": "60",
}  # fmt: skip


def staff(name: str, *roles: str) -> Actor:
    """A member of the staff of the default storefront, as an actor."""
    person = orders.user(name)
    for role in roles:
        RoleGrant.objects.get_or_create(user=person, storefront=Storefront.default(), role=role)
    return Actor.person(person.pk, frozenset(roles), "staff")


def carol() -> Actor:
    return staff("Carol", StaffRole.MEDIATOR)


def dan() -> Actor:
    return staff("Dan", StaffRole.MEDIATOR)


def root() -> Actor:
    return staff("Root", StaffRole.ADMIN)


def eve() -> Actor:
    return Actor.person(orders.user("Eve").pk, why="stranger")


def buyer(dispute: Dispute) -> Actor:
    return Actor.person(dispute.buyer_id, why="buyer")


def seller(dispute: Dispute) -> Actor:
    return Actor.person(dispute.seller_id, why="seller")


def draft(order: Order, **answers: Any) -> DisputeDraft:
    now = clock.now()
    made, _new = DisputeDraft.objects.update_or_create(
        order=order, buyer_id=order.buyer_id,
        defaults={"answers": input.storable(ANSWERS | answers), "step": "check", "started_at": now, "saved_at": now},
    )  # fmt: skip
    return made


def file(uploader_id: int, subject: str, purpose: str = "dispute", **fields: Any) -> EvidenceFile:
    """A picture that has passed the checks."""
    values: dict[str, Any] = {
        "uploader_id": uploader_id, "purpose": purpose, "subject": subject, "state": FileState.CLEAN,
        "size_in": 1000, "size": 900, "clean_name": "clean/x", "sha256": "0" * 64, "kind": Kind.JPEG.value,
        "stored_kind": Kind.JPEG.value, "created_at": clock.now(), "checked_at": clock.now(),
    }  # fmt: skip
    return EvidenceFile.objects.create(**values | fields)


def opened(order: Order | None = None, **answers: Any) -> Dispute:
    """Awaiting the seller: 60 of 100 asked for a cracked bell that was delivered."""
    order = order or orders.delivered()
    draft(order, **answers)
    return services.open_dispute(order_id=order.pk, actor=Actor.person(order.buyer_id, why="buyer"))


def rejected(order: Order | None = None, **answers: Any) -> Dispute:
    dispute = opened(order, **answers)
    return services.reject_request(
        dispute_id=dispute.pk, actor=seller(dispute), answer="It left here whole."
    )


def returning(order: Order | None = None, **answers: Any) -> Dispute:
    dispute = opened(order, **{"wanted": "return_refund", **answers})
    return services.accept_request(dispute_id=dispute.pk, actor=seller(dispute))


def in_transit(order: Order | None = None) -> Dispute:
    dispute = returning(order)
    return services.ship_return(
        dispute_id=dispute.pk,
        actor=buyer(dispute),
        carrier="DHL",
        tracking_number="rr 473124829 nl",
    )


def replacing(order: Order | None = None, **answers: Any) -> Dispute:
    dispute = opened(order, **{"wanted": "replacement", **answers})
    return services.accept_request(dispute_id=dispute.pk, actor=seller(dispute))


def replaced_in_transit(order: Order | None = None) -> Dispute:
    dispute = replacing(order)
    return services.ship_replacement(
        dispute_id=dispute.pk,
        actor=seller(dispute),
        carrier="DHL",
        tracking_number="rr 473124829 nl",
    )


def swapping(order: Order | None = None, amount: str = "20") -> Dispute:
    """The buyer sends the order back and gets a replacement and some money; the return is on its way."""
    dispute = rejected(order)
    services.make_offer(
        dispute_id=dispute.pk, actor=seller(dispute), amount=Decimal(amount), return_required=True,
        postage_payer="seller", replacement=True,
    )  # fmt: skip
    offer = dispute.offers.get(party="seller").pk
    services.accept_offer(dispute_id=dispute.pk, actor=buyer(dispute), offer_id=offer)
    return services.ship_return(
        dispute_id=dispute.pk, actor=buyer(dispute), carrier="DHL", tracking_number="RR473124829NL"
    )


def escalated(order: Order | None = None) -> Dispute:
    dispute = rejected(order)
    return services.escalate_dispute(dispute_id=dispute.pk, actor=buyer(dispute))


def in_mediation(order: Order | None = None) -> Dispute:
    return services.claim_dispute(dispute_id=escalated(order).pk, actor=carol())


def evidence(dispute: Dispute, actor: Actor | None = None, caption: str = "") -> int:
    """One more piece of evidence, from the buyer unless said otherwise; its number."""
    who = actor or buyer(dispute)
    made = file(who.user_id or 0, dispute.reference)
    return services.add_evidence(
        dispute_id=dispute.pk, actor=who, file_ids=[made.pk], caption=caption
    )[0].number


def findings(number: int = 1) -> list[Found]:
    return [
        Found("The product was damaged on arrival", "buyer", "proved", (number,), "damaged"),
        Found("The product left whole", "seller", "not_proved", (), "denial"),
    ]


def decide(
    dispute: Dispute, verdict: str = "part", amount: str | None = "40", **more: Any
) -> Dispute:
    return services.decide_dispute(
        dispute_id=dispute.pk, actor=carol(), verdict=verdict, amount=Decimal(amount) if amount else None,
        reason=more.pop("reason", "damaged_on_arrival"), statement=more.pop("statement", "We find it damaged (E1)."),
        findings=more.pop("findings", None) or findings(evidence(dispute)), **more,
    )  # fmt: skip


def decided(
    order: Order | None = None, verdict: str = "part", amount: str | None = "40", **more: Any
) -> Dispute:
    return decide(in_mediation(order), verdict, amount, **more)


def under_complaint(order: Order | None = None, **more: Any) -> Dispute:
    """Decided, and the buyer complained: what the dispute itself knows of it."""
    dispute = decided(order, **more)
    with Batch() as batch:
        complaints.complain(batch, loading.take(batch, dispute.pk), buyer(dispute), "CPL-000000")
    return fresh(dispute)


def resolved(order: Order | None = None) -> Dispute:
    dispute = opened(order)
    return services.accept_request(dispute_id=dispute.pk, actor=seller(dispute))


def withdrawn(order: Order | None = None) -> Dispute:
    dispute = opened(order)
    return services.withdraw_dispute(dispute_id=dispute.pk, actor=buyer(dispute))


def closed(order: Order | None = None) -> Dispute:
    dispute = decided(order)
    at(clock.now() + timedelta(days=7))
    return fresh(dispute)


IN_STATE: dict[DisputeState, Callable[[], Dispute]] = {
    DisputeState.AWAITING_SELLER: opened, DisputeState.NEGOTIATING: rejected,
    DisputeState.AWAITING_RETURN: returning, DisputeState.RETURN_IN_TRANSIT: in_transit,
    DisputeState.AWAITING_REPLACEMENT: replacing, DisputeState.REPLACEMENT_IN_TRANSIT: replaced_in_transit,
    DisputeState.ESCALATED: escalated, DisputeState.IN_MEDIATION: in_mediation, DisputeState.DECIDED: decided,
    DisputeState.UNDER_COMPLAINT: under_complaint,
    DisputeState.RESOLVED: resolved, DisputeState.WITHDRAWN: withdrawn, DisputeState.CLOSED: closed,
}  # fmt: skip


def at(instant: datetime) -> deadlines.Sweep:
    """The sweep as it runs at this instant."""
    with clock.freeze(instant):
        return deadlines.sweep()


def fresh(dispute: Dispute) -> Dispute:
    return Dispute.objects.get(pk=dispute.pk)
