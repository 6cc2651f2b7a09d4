"""What disputes add to the pages of orders: the way in, the way to the one there is, and its sign."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock
from disputes.models import Dispute
from disputes.selectors import eligibility, turns
from orders import panels
from orders.models import Order


@panels.provides
def of_orders(user: Any, orders: Sequence[Order]) -> dict[int, panels.Panel]:
    """A panel for each order that has a dispute or may have one; one query for all."""
    now, keys = clock.now(), [order.pk for order in orders]
    known = {dispute.order_id: dispute for dispute in Dispute.objects.filter(order_id__in=keys)}
    found: dict[int, panels.Panel] = {}
    for order in orders:
        dispute = known.get(order.pk)
        if dispute is not None and user.pk in (dispute.buyer_id, dispute.seller_id):
            found[order.pk] = _existing(dispute, turns.waits_for(dispute, user.pk, now))
        elif (
            dispute is None
            and order.buyer_id == user.pk
            and eligibility.why_not_by_facts(order, now) is None
        ):
            found[order.pk] = panels.Panel(actions=[_way_in(order)])
    return found


def _way_in(order: Order) -> panels.Action:
    held = _(
        "Six short questions. The money is held from the moment you send it, and the seller has to answer."
    )
    return panels.Action(
        _("Open a dispute"), reverse("disputes:file", args=[order.reference]), title=_("Something is wrong?"),
        text=held if order.held else _("Six short questions, and the seller has to answer."),
    )  # fmt: skip


def _existing(dispute: Dispute, mine: bool) -> panels.Panel:
    url = reverse("disputes:dispute", args=[dispute.reference])
    action = panels.Action(
        _("View the dispute"), url, title=_("Dispute %(reference)s") % {"reference": dispute.reference},
        text=_("It is your turn.") if mine else dispute.get_state_display(), kind="primary" if mine else "",
    )  # fmt: skip
    words = dispute.get_state_display()
    marks = [panels.Mark(words, "act" if mine else "caution", url)] if dispute.is_open else []
    return panels.Panel(actions=[action], marks=marks, needs_me=mine)
