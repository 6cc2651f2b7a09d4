"""Letters from the opening to an agreement, a silent seller or the call for a mediator."""

from django.utils.translation import gettext_lazy as _

from disputes.notices.letters import (
    ANSWER,
    DESK,
    KEEP,
    MEDIATOR_NEXT,
    TO_BUYER,
    TO_SELLER,
    both,
    one,
)
from notifications.states import Group

both(
    "dispute_opened", _("Dispute %(subject)s was opened"),
    [
        _("Your dispute is open. You asked for %(amount)s."),
        _("We hold %(held_amount)s of the order while the dispute is open."),
        _("The seller has until %(due_at)s to answer. If the seller stays silent, you get the amount you asked for."),
        KEEP,
    ],
    [
        _("The buyer of your order opened a dispute and asks for %(amount)s."),
        _("Accept, reject or make an offer before %(due_at)s. If you do nothing by then, the buyer gets the amount."),
    ],
    seller_action=ANSWER,
)  # fmt: skip
both(
    "dispute_rejected", _("Dispute %(subject)s: the seller rejected the request"),
    [
        _("The seller rejected your request and says why on the page of the dispute."),
        _("You can both make offers until %(due_at)s, and you can ask a mediator to decide at any time."),
    ],
    [_("You rejected the buyer's request. You can both make offers until %(due_at)s; after that a mediator decides.")],
)  # fmt: skip
COMPARE = (
    _("With it: %(goods)s."),
    _("Compare both offers. If nobody agrees by %(due_at)s, a mediator takes the case."),
)
both(
    "dispute_offer", _("Dispute %(subject)s: a new offer of %(amount)s"),
    [_("%(party)s: a new offer of %(amount)s in your dispute."), *COMPARE],
    [_("%(party)s: a new offer of %(amount)s in this dispute."), *COMPARE],
    buyer_action=_("Compare and answer"), seller_action=_("Compare and answer"),
)  # fmt: skip
both(
    "dispute_offer_without_money", _("Dispute %(subject)s: a new offer without money"),
    [_("%(party)s: a new offer in your dispute. No money goes back."), *COMPARE],
    [_("%(party)s: a new offer in this dispute. No money goes back."), *COMPARE],
    buyer_action=_("Compare and answer"), seller_action=_("Compare and answer"),
)  # fmt: skip
both(
    "dispute_agreed", _("Dispute %(subject)s: you agreed"),
    [_("You and the seller agreed on %(amount)s. The agreement is binding and the dispute is over."), *TO_BUYER],
    [_("You and the buyer agreed on %(amount)s. The agreement is binding and the dispute is over."), *TO_SELLER],
)  # fmt: skip
both(
    "dispute_agreed_without_money", _("Dispute %(subject)s: you agreed"),
    [
        _("You and the seller agreed that no money goes back. The agreement is binding and the dispute is over."),
        *TO_BUYER,
    ],
    [
        _("You and the buyer agreed that no money goes back. The agreement is binding and the dispute is over."),
        *TO_SELLER,
    ],
)  # fmt: skip
both(
    "dispute_return_agreed", _("Dispute %(subject)s: send the order back"),
    [
        _("You agreed: %(amount)s comes back to you once the seller has the order back. %(postage_payer)s."),
        _("Send it and give us the tracking number before %(due_at)s. Without it the dispute closes without a refund."),
    ],
    [
        _("You agreed: the buyer sends the order back and then gets %(amount)s. %(postage_payer)s."),
        _("The buyer has until %(due_at)s to send it."),
    ],
    buyer_action=_("Enter the tracking number"),
)  # fmt: skip
both(
    "dispute_seller_silent", _("Dispute %(subject)s: the seller did not answer"),
    [
        _("The seller did not answer in time, so you get %(amount)s. The dispute is over."),
        *TO_BUYER,
    ],
    [_("You did not answer in time, so the buyer gets %(amount)s. The dispute is over."), *TO_SELLER],
)  # fmt: skip
both(
    "dispute_seller_silent_without_money", _("Dispute %(subject)s: the seller did not answer"),
    [_("The seller did not answer in time. All of the money was refunded already. The dispute is over."), *TO_BUYER],
    [_("You did not answer in time. All of the money was refunded already. The dispute is over."), *TO_SELLER],
)  # fmt: skip
both(
    "dispute_escalated", _("Dispute %(subject)s goes to a mediator"),
    [_("A mediator will decide this dispute. The offers have ended."), MEDIATOR_NEXT],
    [_("A mediator will decide this dispute. The offers have ended."), MEDIATOR_NEXT],
)  # fmt: skip
both(
    "dispute_escalated_by_clock", _("Dispute %(subject)s: time to agree is over, a mediator decides"),
    [_("You and the seller did not agree in time, so the dispute goes to a mediator by itself."), MEDIATOR_NEXT],
    [_("You and the buyer did not agree in time, so the dispute goes to a mediator by itself."), MEDIATOR_NEXT],
)  # fmt: skip
one(
    "dispute_in_queue", _("Dispute %(subject)s waits for a mediator"),
    [_("It should be taken by %(due_at)s.")], group=Group.STAFF, quiet=True, action=_("Open the case"), link=DESK,
)  # fmt: skip
