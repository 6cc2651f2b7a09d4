"""What people read about a dispute, in the portal and by mail: one text for each outcome and side.

Parties read different words about the same event, so each such kind exists twice: `…_buyer` and `…_seller`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from disputes.states import Kind, Party, PostagePayer
from notifications import kinds
from notifications.states import Group

LINK = ("disputes:dispute", "subject")
DESK = ("mediation:case", "subject")
LOOK, ANSWER = _("Look at the dispute"), _("Answer now")
KEEP = _("Never accept money or contact outside this portal.")
LABELS = {"party": Party, "clock": Kind, "postage_payer": PostagePayer}


def _both(
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


def _one(
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
_both(
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
_both(
    "dispute_rejected", _("Dispute %(subject)s: the seller rejected the request"),
    [
        _("The seller rejected your request and says why on the page of the dispute."),
        _("You can both make offers until %(due_at)s, and you can ask a mediator to decide at any time."),
    ],
    [_("You rejected the buyer's request. You can both make offers until %(due_at)s; after that a mediator decides.")],
)  # fmt: skip
_both(
    "dispute_offer", _("Dispute %(subject)s: a new offer of %(amount)s"),
    [
        _("%(party)s: a new offer of %(amount)s in your dispute."),
        _("Compare both offers. If nobody agrees by %(due_at)s, a mediator takes the case."),
    ],
    [
        _("%(party)s: a new offer of %(amount)s in this dispute."),
        _("Compare both offers. If nobody agrees by %(due_at)s, a mediator takes the case."),
    ],
    buyer_action=_("Compare and answer"), seller_action=_("Compare and answer"),
)  # fmt: skip
_both(
    "dispute_agreed", _("Dispute %(subject)s: you agreed"),
    [_("You and the seller agreed on %(amount)s. The agreement is binding and the dispute is over."), *TO_BUYER],
    [_("You and the buyer agreed on %(amount)s. The agreement is binding and the dispute is over."), *TO_SELLER],
)  # fmt: skip
_both(
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
_both(
    "dispute_seller_silent", _("Dispute %(subject)s: the seller did not answer"),
    [
        _("The seller did not answer in time, so you get the amount you asked for: %(amount)s. The dispute is over."),
        *TO_BUYER,
    ],
    [_("You did not answer in time, so the buyer gets the amount asked: %(amount)s. The dispute is over."), *TO_SELLER],
)  # fmt: skip
MEDIATOR_NEXT = _(
    "A mediator should take the case by %(due_at)s. You can add evidence at any time."
)
_both(
    "dispute_escalated", _("Dispute %(subject)s goes to a mediator"),
    [_("A mediator will decide this dispute. The offers have ended."), MEDIATOR_NEXT],
    [_("A mediator will decide this dispute. The offers have ended."), MEDIATOR_NEXT],
)  # fmt: skip
_both(
    "dispute_escalated_by_clock", _("Dispute %(subject)s: time to agree is over, a mediator decides"),
    [_("You and the seller did not agree in time, so the dispute goes to a mediator by itself."), MEDIATOR_NEXT],
    [_("You and the buyer did not agree in time, so the dispute goes to a mediator by itself."), MEDIATOR_NEXT],
)  # fmt: skip
_one(
    "dispute_in_queue", _("Dispute %(subject)s waits for a mediator"),
    [_("It should be taken by %(due_at)s.")], group=Group.STAFF, quiet=True, action=_("Open the case"), link=DESK,
)  # fmt: skip
_both(
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
_both(
    "dispute_return_delivered", _("Dispute %(subject)s: the return has arrived"),
    [_("Your return has arrived. If the seller does not answer by %(due_at)s, you get the refund.")],
    [
        _("The return has arrived. Confirm or contest it before %(due_at)s."),
        _("If you do nothing by then, the buyer gets the refund."),
    ],
    seller_action=ANSWER,
)  # fmt: skip
_both(
    "dispute_return_confirmed", _("Dispute %(subject)s: the return is confirmed"),
    [_("The seller confirmed your return. You get %(amount)s and the dispute is over."), *TO_BUYER],
    [_("You confirmed the return. The buyer gets %(amount)s and the dispute is over."), *TO_SELLER],
)  # fmt: skip
_both(
    "dispute_return_unanswered", _("Dispute %(subject)s: refund after the return"),
    [_("The seller did not answer about your return in time, so you get %(amount)s. The dispute is over."), *TO_BUYER],
    [_("You did not answer about the return in time, so the buyer gets %(amount)s. The dispute is over."), *TO_SELLER],
)  # fmt: skip
_both(
    "dispute_return_not_sent", _("Dispute %(subject)s closed: the return was not sent"),
    [_("The order was not sent back in time, so the dispute closed without a refund."), *TO_BUYER],
    [_("The buyer did not send the order back in time, so the dispute closed without a refund."), *TO_SELLER],
)  # fmt: skip
_both(
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
_both(
    "dispute_replacement_agreed", _("Dispute %(subject)s: you agreed on a replacement"),
    [_("You agreed: the seller sends a replacement before %(due_at)s."), INSTEAD_YOU, *TO_BUYER],
    [
        _("You agreed to send a replacement. Send it and give us the tracking number before %(due_at)s."),
        INSTEAD, *TO_SELLER,
    ],
    seller_action=_("Enter the tracking number"),
)  # fmt: skip
_both(
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
_both(
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
_both(
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
_both(
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
_both(
    "dispute_replacement_delivered", _("Dispute %(subject)s: the replacement was delivered"),
    [
        _("The replacement is recorded as delivered. Confirm it, or say what is wrong, before %(due_at)s."),
        _("If nothing came, say so before then: a mediator decides."),
        _("If you do nothing by then, the dispute closes as replaced and the seller gets the money."),
    ],
    [_("The replacement is recorded as delivered. The buyer has until %(due_at)s to say what is wrong with it.")],
    buyer_action=ANSWER,
)  # fmt: skip
_both(
    "dispute_replacement_confirmed", _("Dispute %(subject)s is over: replaced"),
    [_("You confirmed the replacement. The dispute is over."), *TO_BUYER],
    [_("The buyer confirmed the replacement. The dispute is over."), *TO_SELLER],
)  # fmt: skip
_both(
    "dispute_replacement_unanswered", _("Dispute %(subject)s is over: replaced"),
    [_("The replacement was delivered and you said nothing about it in time, so the dispute is over."), *TO_BUYER],
    [
        _("The replacement was delivered and the buyer said nothing about it in time, so the dispute is over."),
        *TO_SELLER,
    ],
)  # fmt: skip
_both(
    "dispute_replacement_contested", _("Dispute %(subject)s: the replacement is contested"),
    [_("You contested the replacement. A mediator decides."), MEDIATOR_NEXT],
    [_("The buyer says that something is wrong with the replacement. A mediator decides."), MEDIATOR_NEXT],
)  # fmt: skip
_both(
    "dispute_replacement_not_sent", _("Dispute %(subject)s: no replacement was sent"),
    [_("The seller did not send the replacement in time, so you get %(amount)s. The dispute is over."), *TO_BUYER],
    [_("You did not send the replacement in time, so the buyer gets %(amount)s. The dispute is over."), *TO_SELLER],
)  # fmt: skip
_both(
    "dispute_replacement_lost", _("Dispute %(subject)s: the replacement did not arrive"),
    [_("The replacement did not arrive in its time, so you get %(amount)s. The dispute is over."), *TO_BUYER],
    [_("The replacement did not arrive in its time, so the buyer gets %(amount)s. The dispute is over."), *TO_SELLER],
)  # fmt: skip
_both(
    "dispute_return_started", _("Dispute %(subject)s: send the order back now"),
    [
        _("The decision is final. Send the order back and give us the tracking number before %(due_at)s."),
        _("Once the seller has it, you get %(amount)s. %(postage_payer)s. Without the return there is no refund."),
    ],
    [_("The decision is final. The buyer has until %(due_at)s to send the order back and then gets %(amount)s.")],
    buyer_action=_("Enter the tracking number"),
)  # fmt: skip
_both(
    "dispute_claimed", _("Dispute %(subject)s: a mediator has your case"),
    [_("A mediator has taken your case and should decide by %(due_at)s.")],
    [_("A mediator has taken this case and should decide by %(due_at)s.")],
    weight=False,
)  # fmt: skip
_both(
    "dispute_handed_back", _("Dispute %(subject)s waits for another mediator"),
    [_("Your case goes to another mediator, who should take it by %(due_at)s. Nothing of yours is lost.")],
    [_("This case goes to another mediator, who should take it by %(due_at)s. Nothing of yours is lost.")],
    weight=False,
)  # fmt: skip
_one(
    "dispute_handed_over", _("Dispute %(subject)s is yours now"),
    [_("A colleague handed this case to you."), _("Note: %(note)s"), _("It should be decided by %(due_at)s.")],
    group=Group.STAFF, action=_("Open the case"), link=DESK,
)  # fmt: skip
_one(
    "dispute_taken_from_you", _("Dispute %(subject)s is no longer yours"),
    [_("An administrator gave this case to somebody else or put it back into the queue.")],
    group=Group.STAFF, action=_("Open the case"), link=DESK,
)  # fmt: skip
_one(
    "dispute_mediator_gone", _("Dispute %(subject)s lost its mediator"),
    [
        _("Its mediator no longer has the role or the account, so it is back in the queue."),
        _("Another mediator should take it by %(due_at)s."),
    ],
    group=Group.STAFF, action=_("Open the case"), link=DESK,
)  # fmt: skip
_EXTENDED = [
    _("Our portal did not work from %(from_at)s to %(to_at)s. That time is given back: %(clock)s."),
    _("The new date is %(due_at)s."), _("What happened: %(note)s"),
]  # fmt: skip
_both(
    "dispute_clock_extended",
    _("Dispute %(subject)s: more time, after an outage"),
    _EXTENDED,
    _EXTENDED,
)
ASKED = _(
    "The mediator asked a question. It is for: %(party)s. The answer is due before %(until_at)s."
)
_both(
    "dispute_evidence_requested", _("Dispute %(subject)s: a question from the mediator"),
    [ASKED, _("If no answer comes by then, the mediator decides on what is there.")],
    [ASKED, _("If no answer comes by then, the mediator decides on what is there.")],
)  # fmt: skip
_one(
    "dispute_evidence_answered", _("Dispute %(subject)s: the mediator's question was answered"),
    [_("%(party)s: the answer is in the case.")],
)  # fmt: skip
_both(
    "dispute_evidence_taken_back", _("Dispute %(subject)s: the mediator's question is withdrawn"),
    [_("The mediator does not need the answer any more (%(party)s).")],
    [_("The mediator does not need the answer any more (%(party)s).")],
    weight=False,
)  # fmt: skip
_one(
    "dispute_evidence_expired", _("Dispute %(subject)s: no answer to the mediator"),
    [_("%(party)s: no answer came in time. The mediator decides on what is there.")], weight=True,
)  # fmt: skip
FINAL = _("This decision becomes final on %(due_at)s.")
READ = _("Read the decision")
for _verdict, _subject, _buyer, _seller in (
    (
        "all", _("Decision in dispute %(subject)s: the buyer gets all of the money"),
        _("The mediator decided for you: you get %(amount)s."),
        _("The mediator decided for the buyer, who gets %(amount)s."),
    ),
    (
        "part", _("Decision in dispute %(subject)s: the buyer gets part of the money"),
        _("The mediator decided that you get part of the money: %(amount)s."),
        _("The mediator decided that the buyer gets part of the money: %(amount)s."),
    ),
    (
        "none", _("Decision in dispute %(subject)s: no refund"),
        _("The mediator decided that there is no refund."),
        _("The mediator decided for you: there is no refund."),
    ),
):  # fmt: skip
    _return = _(
        "The order goes back to the seller first. The return starts when the decision is final."
    )
    for _suffix, _extra in (("", []), ("_return", [_return])):
        if _verdict == "none" and _suffix:
            continue
        _both(
            f"dispute_decided_{_verdict}{_suffix}", _subject,
            [_buyer, *_extra, *TO_BUYER, _("The reasons are in the decision."), FINAL],
            [_seller, *_extra, *TO_SELLER, _("The reasons are in the decision."), FINAL],
            buyer_action=READ, seller_action=READ,
        )  # fmt: skip
_both(
    "dispute_closed", _("Dispute %(subject)s is closed"),
    [_("The decision is final, and the dispute is closed."), *TO_BUYER],
    [_("The decision is final, and the dispute is closed."), *TO_SELLER],
)  # fmt: skip
_both(
    "dispute_withdrawn", _("Dispute %(subject)s was withdrawn"),
    [
        _("You withdrew the dispute. It cannot be opened again."),
        _("The order goes on under its own dates; the page of the order says where the money goes and when."),
    ],
    [_("The buyer withdrew the dispute. The order goes on as before.")],
)  # fmt: skip
_both(
    "dispute_settlement_proposed", _("Dispute %(subject)s: a settlement of %(amount)s is proposed"),
    [_("You proposed to close the dispute when %(amount)s is back by %(by_at)s. Until then it goes on.")],
    [
        _("The buyer proposes to close the dispute when %(amount)s is back by %(by_at)s."),
        _("If you agree, we request the refund at once and the clocks stand still until then."),
    ],
    seller_action=ANSWER,
)  # fmt: skip
_both(
    "dispute_settlement_agreed", _("Dispute %(subject)s: the settlement is agreed"),
    [
        _("The seller agreed, and the refund of %(amount)s is requested."), *TO_BUYER,
        _("If it is not back by %(by_at)s, the dispute goes on."),
    ],
    [
        _("You agreed, and the refund of %(amount)s is requested."),
        _("If it is not back by %(by_at)s, the dispute goes on."),
    ],
)  # fmt: skip
_both(
    "dispute_settlement_declined", _("Dispute %(subject)s: the settlement was declined"),
    [_("The seller did not agree to the settlement. The dispute goes on.")],
    [_("You did not agree to the settlement. The dispute goes on.")],
)  # fmt: skip
_both(
    "dispute_settlement_taken_back", _("Dispute %(subject)s: the settlement was taken back"),
    [_("You took the settlement back. The dispute goes on.")],
    [_("The buyer took the settlement back. The dispute goes on.")],
)  # fmt: skip
_both(
    "dispute_settlement_lapsed", _("Dispute %(subject)s goes on: the refund did not come in time"),
    [_("The refund of %(amount)s was not recorded by its date, so the dispute goes on where it was.")],
    [_("The refund of %(amount)s was not recorded by its date, so the dispute goes on where it was.")],
)  # fmt: skip
_both(
    "dispute_settlement_unanswered", _("Dispute %(subject)s: the proposed settlement has lapsed"),
    [_("The seller did not answer the settlement by its date. The dispute goes on.")],
    [_("You did not answer the settlement by its date. The dispute goes on.")],
)  # fmt: skip
_both(
    "dispute_settled", _("Dispute %(subject)s is settled"),
    [_("The refund of %(amount)s came in time, so the dispute is over, as you agreed."), *TO_BUYER],
    [_("The refund of %(amount)s was made in time, so the dispute is over, as you agreed."), *TO_SELLER],
)  # fmt: skip
_one(
    "dispute_message", _("New message in dispute %(subject)s"),
    [_("%(party)s wrote in the thread of the dispute."), KEEP], group=Group.MESSAGES, quiet=True,
    action=_("Read the message"),
)  # fmt: skip
_one(
    "dispute_evidence_added", _("New evidence in dispute %(subject)s"),
    [_("%(party)s sent %(numbers)s. It stands in the case as soon as it has been checked.")],
    group=Group.MESSAGES, quiet=True,
)  # fmt: skip
_one(
    "dispute_reminder", _("Dispute %(subject)s: time runs out on %(due_at)s"),
    [_("%(clock)s: until %(due_at)s."), _("The page of the dispute says what happens then.")],
    group=Group.REMINDERS, weight=True, quiet=True, action=_("Act now"),
)  # fmt: skip
_one(
    "dispute_claim_overdue", _("Dispute %(subject)s: nobody has taken it"),
    [_("The time for a mediator to take it is over. It is on top of the queue.")],
    group=Group.STAFF, weight=True, action=_("Open the case"), link=DESK,
)  # fmt: skip
_one(
    "dispute_decision_overdue", _("Dispute %(subject)s: the decision is overdue"),
    [_("The time to decide is over. The case is on top of the queue.")],
    group=Group.STAFF, weight=True, action=_("Open the case"), link=DESK,
)  # fmt: skip
