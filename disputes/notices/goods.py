"""Letters about what is sent: returns and replacements."""

from django.utils.translation import gettext_lazy as _

from disputes.notices.letters import ANSWER, MEDIATOR_NEXT, TO_BUYER, TO_SELLER, both

both(
    "dispute_return_shipped", _("Dispute %(subject)s: the return is on its way"),
    [
        _("You sent the order back with %(carrier)s, tracking number %(tracking_number)s."),
        _("If the seller does not answer by %(due_at)s, you get the refund."),
    ],
    [
        _("The buyer sent the order back with %(carrier)s, tracking number %(tracking_number)s."),
        _("Confirm it when it is there. If you do nothing by %(due_at)s, the buyer gets the refund."),
    ],
)  # fmt: skip
both(
    "dispute_return_delivered", _("Dispute %(subject)s: the return has arrived"),
    [_("Your return has arrived. If the seller does not answer by %(due_at)s, you get the refund.")],
    [
        _("The return has arrived. Confirm or contest it before %(due_at)s."),
        _("If you do nothing by then, the buyer gets the refund."),
    ],
    seller_action=ANSWER,
)  # fmt: skip
both(
    "dispute_return_confirmed", _("Dispute %(subject)s: the return is confirmed"),
    [_("The seller confirmed your return. You get %(amount)s and the dispute is over."), *TO_BUYER],
    [_("You confirmed the return. The buyer gets %(amount)s and the dispute is over."), *TO_SELLER],
)  # fmt: skip
both(
    "dispute_return_unanswered", _("Dispute %(subject)s: refund after the return"),
    [_("The seller did not answer about your return in time, so you get %(amount)s. The dispute is over."), *TO_BUYER],
    [_("You did not answer about the return in time, so the buyer gets %(amount)s. The dispute is over."), *TO_SELLER],
)  # fmt: skip
both(
    "dispute_return_not_sent", _("Dispute %(subject)s closed: the return was not sent"),
    [_("The order was not sent back in time, so the dispute closed without a refund."), *TO_BUYER],
    [_("The buyer did not send the order back in time, so the dispute closed without a refund."), *TO_SELLER],
)  # fmt: skip
both(
    "dispute_return_contested", _("Dispute %(subject)s: the return is contested"),
    [_("The seller says that something is wrong with the return. A mediator decides."), MEDIATOR_NEXT],
    [_("You contested the return. A mediator decides."), MEDIATOR_NEXT],
)  # fmt: skip
INSTEAD = _(
    "If it is not sent by then, or does not arrive, the buyer gets %(instead_amount)s instead."
)
INSTEAD_YOU = _(
    "If it is not sent by then, or does not arrive, you get %(instead_amount)s instead."
)
both(
    "dispute_replacement_agreed", _("Dispute %(subject)s: you agreed on a replacement"),
    [_("You agreed: the seller sends a replacement before %(due_at)s."), INSTEAD_YOU, *TO_BUYER],
    [
        _("You agreed to send a replacement. Send it and give us the tracking number before %(due_at)s."),
        INSTEAD, *TO_SELLER,
    ],
    seller_action=_("Enter the tracking number"),
)  # fmt: skip
both(
    "dispute_swap_agreed", _("Dispute %(subject)s: send the order back, then a replacement comes"),
    [
        _("You agreed: you send the order back, and the seller then sends a replacement. %(postage_payer)s."),
        _("%(amount)s comes back to you too, once the seller has the order back."),
        _("Send it and give us the tracking number before %(due_at)s. Without it the dispute closes without anything."),
    ],
    [
        _("You agreed: the buyer sends the order back, and you then send a replacement. %(postage_payer)s."),
        _("%(amount)s goes back to the buyer too, once you have the order back."),
        _("The buyer has until %(due_at)s to send it."),
    ],
    buyer_action=_("Enter the tracking number"),
)  # fmt: skip
both(
    "dispute_swap_return_confirmed", _("Dispute %(subject)s: the return is confirmed, the replacement follows"),
    [
        _("The seller confirmed your return and has to send the replacement before %(due_at)s."),
        INSTEAD_YOU, *TO_BUYER,
    ],
    [
        _("You confirmed the return. Send the replacement and give us the tracking number before %(due_at)s."),
        INSTEAD, *TO_SELLER,
    ],
    seller_action=_("Enter the tracking number"),
)  # fmt: skip
both(
    "dispute_swap_return_unanswered", _("Dispute %(subject)s: the replacement follows the return"),
    [
        _("The seller did not answer about your return in time, so it counts as complete."),
        _("The seller has to send the replacement before %(due_at)s."), INSTEAD_YOU, *TO_BUYER,
    ],
    [
        _("You did not answer about the return in time, so it counts as complete."),
        _("Send the replacement and give us the tracking number before %(due_at)s."), INSTEAD, *TO_SELLER,
    ],
    seller_action=_("Enter the tracking number"),
)  # fmt: skip
both(
    "dispute_replacement_shipped", _("Dispute %(subject)s: the replacement is on its way"),
    [
        _("The seller sent the replacement with %(carrier)s, tracking number %(tracking_number)s."),
        _("Confirm or contest it when it is there. If nobody records its arrival by %(due_at)s, you get the refund."),
    ],
    [
        _("You sent the replacement with %(carrier)s, tracking number %(tracking_number)s."),
        _("When the carrier has delivered it, record that. If nobody does by %(due_at)s, the buyer gets the refund."),
    ],
)  # fmt: skip
both(
    "dispute_replacement_delivered", _("Dispute %(subject)s: the replacement was delivered"),
    [
        _("The replacement is recorded as delivered. Confirm it, or say what is wrong, before %(due_at)s."),
        _("If nothing came, say so before then: a mediator decides."),
        _("If you do nothing by then, the dispute closes as replaced and the seller gets the money."),
    ],
    [_("The replacement is recorded as delivered. The buyer has until %(due_at)s to say what is wrong with it.")],
    buyer_action=ANSWER,
)  # fmt: skip
both(
    "dispute_replacement_confirmed", _("Dispute %(subject)s is over: replaced"),
    [_("You confirmed the replacement. The dispute is over."), *TO_BUYER],
    [_("The buyer confirmed the replacement. The dispute is over."), *TO_SELLER],
)  # fmt: skip
both(
    "dispute_replacement_unanswered", _("Dispute %(subject)s is over: replaced"),
    [_("The replacement was delivered and you said nothing about it in time, so the dispute is over."), *TO_BUYER],
    [
        _("The replacement was delivered and the buyer said nothing about it in time, so the dispute is over."),
        *TO_SELLER,
    ],
)  # fmt: skip
both(
    "dispute_replacement_contested", _("Dispute %(subject)s: the replacement is contested"),
    [_("You contested the replacement. A mediator decides."), MEDIATOR_NEXT],
    [_("The buyer says that something is wrong with the replacement. A mediator decides."), MEDIATOR_NEXT],
)  # fmt: skip
both(
    "dispute_replacement_not_sent", _("Dispute %(subject)s: no replacement was sent"),
    [_("The seller did not send the replacement in time, so you get %(amount)s. The dispute is over."), *TO_BUYER],
    [_("You did not send the replacement in time, so the buyer gets %(amount)s. The dispute is over."), *TO_SELLER],
)  # fmt: skip
both(
    "dispute_replacement_lost", _("Dispute %(subject)s: the replacement did not arrive"),
    [_("The replacement did not arrive in its time, so you get %(amount)s. The dispute is over."), *TO_BUYER],
    [_("The replacement did not arrive in its time, so the buyer gets %(amount)s. The dispute is over."), *TO_SELLER],
)  # fmt: skip
both(
    "dispute_return_started", _("Dispute %(subject)s: send the order back now"),
    [
        _("The decision is final. Send the order back and give us the tracking number before %(due_at)s."),
        _("Once the seller has it, you get %(amount)s. %(postage_payer)s. Without the return there is no refund."),
    ],
    [_("The decision is final. The buyer has until %(due_at)s to send the order back and then gets %(amount)s.")],
    buyer_action=_("Enter the tracking number"),
)  # fmt: skip
