"""The return of the order to the seller, and the replacement that goes to the buyer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from core.actors import Actor
from disputes.effects import replacements, returns, talk
from disputes.models import Dispute
from disputes.services import evidence, input
from disputes.services.input import moving
from orders import tracking


def ship_return(
    *,
    dispute_id: int,
    actor: Actor,
    carrier: str,
    tracking_number: str,
    file_ids: Sequence[int] = (),
) -> Dispute:
    """The buyer has posted the return and gives carrier and tracking number, and photos if there are any."""
    by, number = _label(carrier, tracking_number)
    with moving(dispute_id) as (batch, dispute):
        files = evidence.usable(dispute, actor, file_ids, _("The return, before it was sent"))
        returns.ship(batch, dispute, actor, by, number)
        if files:
            talk.add_evidence(batch, dispute, actor, files)
    return dispute


def _label(carrier: str, tracking_number: str) -> tuple[str, str]:
    """What stands on a parcel, as it is kept."""
    by = input.text(carrier, input.SHORT, empty=_("Name the carrier."))
    number = input.text(tracking_number, 64, empty=_("Give the tracking number."))
    return tracking.carrier(by), tracking.tidy(number)


def record_return_delivery(
    *, dispute_id: int, actor: Actor, delivered_at: datetime | None = None
) -> Dispute:
    """The return has arrived: the seller has 10 days from then to check it."""
    with moving(dispute_id) as (batch, dispute):
        returns.record_delivery(batch, dispute, actor, delivered_at)
    return dispute


def confirm_return(*, dispute_id: int, actor: Actor) -> Dispute:
    """The seller has everything back: the refund follows, or the replacement where one was agreed."""
    with moving(dispute_id) as (batch, dispute):
        returns.confirm(batch, dispute, actor)
    return dispute


def contest_return(*, dispute_id: int, actor: Actor, contest: str) -> Dispute:
    """The seller says what is wrong with the return; a mediator decides."""
    with moving(dispute_id) as (batch, dispute):
        why = input.text(
            contest, input.message_limit(dispute), empty=_("Say what is wrong with the return.")
        )
        returns.contest(batch, dispute, actor, why)
    return dispute


def ship_replacement(
    *,
    dispute_id: int,
    actor: Actor,
    carrier: str,
    tracking_number: str,
    file_ids: Sequence[int] = (),
) -> Dispute:
    """The seller has posted the replacement and gives carrier and tracking number, and photos if there are any."""
    by, number = _label(carrier, tracking_number)
    with moving(dispute_id) as (batch, dispute):
        files = evidence.usable(dispute, actor, file_ids, _("The replacement, before it was sent"))
        replacements.ship(batch, dispute, actor, by, number)
        if files:
            talk.add_evidence(batch, dispute, actor, files)
    return dispute


def record_replacement_delivery(
    *, dispute_id: int, actor: Actor, delivered_at: datetime | None = None
) -> Dispute:
    """The replacement has arrived: the buyer has 10 days from then to check it."""
    with moving(dispute_id) as (batch, dispute):
        replacements.record_delivery(batch, dispute, actor, delivered_at)
    return dispute


def confirm_replacement(*, dispute_id: int, actor: Actor) -> Dispute:
    """The buyer has the replacement and it is right: the dispute is over."""
    with moving(dispute_id) as (batch, dispute):
        replacements.confirm(batch, dispute, actor)
    return dispute


def contest_replacement(*, dispute_id: int, actor: Actor, contest: str) -> Dispute:
    """The buyer says what is wrong with what came, or that nothing did; a mediator decides."""
    with moving(dispute_id) as (batch, dispute):
        why = input.text(
            contest,
            input.message_limit(dispute),
            empty=_("Say what is wrong with the replacement."),
        )
        replacements.contest(batch, dispute, actor, why)
    return dispute
