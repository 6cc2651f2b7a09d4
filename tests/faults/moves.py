"""Every way in which a dispute is moved, as the people do it: for faults that must be tried on each of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from core import clock
from disputes import services
from disputes.models import Dispute
from tests.appeals import factories as complaints
from tests.disputes import factories as make

Prepare = Callable[[], Dispute]
Act = Callable[[Dispute], Any]
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Move:
    """Where it begins, what is done, and who does it."""

    begin: Prepare
    act: Act


def _with(service: Callable[..., Any], who: Callable[[Dispute], Any], **fields: Any) -> Act:
    return lambda d: service(dispute_id=d.pk, actor=who(d), **fields)


def _their_offer(party: str) -> Callable[[Dispute], int]:
    return lambda d: d.offers.get(party=party, state="standing").pk


def offered(**terms: Any) -> Dispute:
    dispute = make.opened()
    seller = make.seller(dispute)
    services.make_offer(dispute_id=dispute.pk, actor=seller, amount=Decimal(30), **terms)
    return dispute


def proposed() -> Dispute:
    dispute = make.rejected()
    return services.propose_settlement(
        dispute_id=dispute.pk,
        actor=make.buyer(dispute),
        amount=Decimal(50),
        by=clock.now() + 5 * DAY,
    )


def asked() -> Dispute:
    dispute = make.in_mediation()
    return services.request_evidence(
        dispute_id=dispute.pk, actor=make.carol(), party="buyer", question="Where is the bell now?"
    )


def agree(dispute: Dispute) -> Any:
    pk = dispute.settlements.get(state="proposed").pk
    return services.agree_settlement(
        dispute_id=dispute.pk, actor=make.seller(dispute), settlement_id=pk
    )


def _decide(dispute: Dispute) -> Any:
    return make.decide(dispute, findings=make.findings(dispute.evidence.first().number))  # type: ignore[union-attr]


def _ready_to_decide() -> Dispute:
    dispute = make.in_mediation()
    make.evidence(dispute)
    return make.fresh(dispute)


CAROL: Callable[[Dispute], Any] = lambda _dispute: make.carol()  # noqa: E731

MOVES: dict[str, Move] = {
    "accept_request": Move(make.opened, _with(services.accept_request, make.seller)),
    "reject_request": Move(
        make.opened, _with(services.reject_request, make.seller, answer="It left whole.")
    ),
    "make_offer": Move(make.opened, _with(services.make_offer, make.seller, amount=Decimal(30))),
    "accept_offer": Move(
        offered,
        lambda d: services.accept_offer(
            dispute_id=d.pk, actor=make.buyer(d), offer_id=_their_offer("seller")(d)
        ),
    ),
    "escalate": Move(make.rejected, _with(services.escalate_dispute, make.buyer)),
    "withdraw": Move(make.rejected, _with(services.withdraw_dispute, make.buyer)),
    "claim": Move(make.escalated, _with(services.claim_dispute, CAROL)),
    "hand_back": Move(make.in_mediation, _with(services.hand_back_dispute, CAROL)),
    "request_evidence": Move(
        make.in_mediation,
        _with(services.request_evidence, CAROL, party="buyer", question="Where is it?"),
    ),
    "answer_request": Move(
        asked, _with(services.answer_evidence_request, make.buyer, answer="Here.")
    ),
    "decide": Move(_ready_to_decide, _decide),
    "ship_return": Move(
        make.returning,
        _with(services.ship_return, make.buyer, carrier="DHL", tracking_number="RR473124829NL"),
    ),
    "confirm_return": Move(make.in_transit, _with(services.confirm_return, make.seller)),
    "contest_return": Move(
        make.in_transit, _with(services.contest_return, make.seller, contest="Empty.")
    ),
    "accept_request_with_replacement": Move(
        lambda: make.opened(wanted="replacement"), _with(services.accept_request, make.seller)
    ),
    "confirm_return_and_replace": Move(make.swapping, _with(services.confirm_return, make.seller)),
    "ship_replacement": Move(
        make.replacing,
        _with(
            services.ship_replacement, make.seller, carrier="DHL", tracking_number="RR473124829NL"
        ),
    ),
    "record_replacement_delivery": Move(
        make.replaced_in_transit, _with(services.record_replacement_delivery, make.seller)
    ),
    "confirm_replacement": Move(
        make.replaced_in_transit, _with(services.confirm_replacement, make.buyer)
    ),
    "contest_replacement": Move(
        make.replaced_in_transit,
        _with(services.contest_replacement, make.buyer, contest="Cracked too."),
    ),
    "propose_settlement": Move(
        make.rejected,
        lambda d: services.propose_settlement(
            dispute_id=d.pk, actor=make.buyer(d), amount=Decimal(50), by=clock.now() + 5 * DAY
        ),
    ),
    "agree_settlement": Move(proposed, agree),
    "complain": Move(make.decided, complaints.complain),
    "complain_too": Move(
        lambda: complaints.waiting().dispute,
        lambda d: complaints.complain(d, make.seller(d), "The buyer broke it."),
    ),
    "send_message": Move(make.opened, _with(services.send_message, make.buyer, body="Hello?")),
}
