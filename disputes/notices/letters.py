"""The words that letters about disputes share, and how a letter is registered.

Parties read different words about the same event, so each such kind exists twice: `…_buyer` and `…_seller`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from disputes.states import Goods, Kind, Outcome, Party, PostagePayer
from notifications import kinds
from notifications.states import Group

LINK = ("disputes:dispute", "subject")
DESK = ("mediation:case", "subject")
LOOK, ANSWER = _("Look at the dispute"), _("Answer now")
KEEP = _("Never accept money or contact outside this portal.")
LABELS = {
    "party": Party,
    "clock": Kind,
    "postage_payer": PostagePayer,
    "outcome": Outcome,
    "goods": Goods,
}


def both(
    name: str,
    subject: Any,
    buyer: Sequence[Any],
    seller: Sequence[Any],
    *,
    weight: bool = True,
    buyer_action: Any = LOOK,
    seller_action: Any = LOOK,
) -> None:
    for side, lines, action in (("buyer", buyer, buyer_action), ("seller", seller, seller_action)):
        kinds.register(
            f"{name}_{side}", subject, lines=lines, action=action, link=LINK, group=Group.DISPUTES,
            legal_weight=weight, labels=LABELS,
        )  # fmt: skip


def one(
    name: str,
    subject: Any,
    lines: Sequence[Any],
    *,
    group: Group = Group.DISPUTES,
    weight: bool = False,
    quiet: bool = False,
    action: Any = LOOK,
    link: tuple[str, ...] = LINK,
) -> None:
    kinds.register(
        name, subject, lines=lines, action=action, link=link, group=group, legal_weight=weight, quiet=quiet,
        labels=LABELS,
    )  # fmt: skip


TO_BUYER = (
    _(
        "%(card_amount)s goes back to your card. It is expected by %(expected_at)s; this dispute shows each step."
    ),
    _("%(wallet_amount)s is in your wallet now."),
    _("%(rest_amount)s that was held goes to the seller."),
)
TO_SELLER = (
    _("%(back_amount)s goes back to the buyer."), _("%(rest_amount)s that was held goes to you."),
)  # fmt: skip
"""Where the money goes with the letter that says why; nothing else is sent about it in that moment."""
MEDIATOR_NEXT = _(
    "A mediator should take the case by %(due_at)s. You can add evidence at any time."
)
