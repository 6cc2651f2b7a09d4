"""Letters about a withdrawal and a settlement on condition."""

from django.utils.translation import gettext_lazy as _

from disputes.notices.letters import ANSWER, TO_BUYER, TO_SELLER, both

both(
    "dispute_withdrawn", _("Dispute %(subject)s was withdrawn"),
    [
        _("You withdrew the dispute. It cannot be opened again."),
        _("The order goes on under its own dates; the page of the order says where the money goes and when."),
    ],
    [_("The buyer withdrew the dispute. The order goes on as before.")],
)  # fmt: skip
both(
    "dispute_settlement_proposed", _("Dispute %(subject)s: a settlement of %(amount)s is proposed"),
    [_("You proposed to close the dispute when %(amount)s is back by %(by_at)s. Until then it goes on.")],
    [
        _("The buyer proposes to close the dispute when %(amount)s is back by %(by_at)s."),
        _("If you agree, we request the refund at once and the clocks stand still until then."),
    ],
    seller_action=ANSWER,
)  # fmt: skip
both(
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
both(
    "dispute_settlement_declined", _("Dispute %(subject)s: the settlement was declined"),
    [_("The seller did not agree to the settlement. The dispute goes on.")],
    [_("You did not agree to the settlement. The dispute goes on.")],
)  # fmt: skip
both(
    "dispute_settlement_taken_back", _("Dispute %(subject)s: the settlement was taken back"),
    [_("You took the settlement back. The dispute goes on.")],
    [_("The buyer took the settlement back. The dispute goes on.")],
)  # fmt: skip
both(
    "dispute_settlement_lapsed", _("Dispute %(subject)s goes on: the refund did not come in time"),
    [_("The refund of %(amount)s was not recorded by its date, so the dispute goes on where it was.")],
    [_("The refund of %(amount)s was not recorded by its date, so the dispute goes on where it was.")],
)  # fmt: skip
both(
    "dispute_settlement_unanswered", _("Dispute %(subject)s: the proposed settlement has lapsed"),
    [_("The seller did not answer the settlement by its date. The dispute goes on.")],
    [_("You did not answer the settlement by its date. The dispute goes on.")],
)  # fmt: skip
both(
    "dispute_settled", _("Dispute %(subject)s is settled"),
    [_("The refund of %(amount)s came in time, so the dispute is over, as you agreed."), *TO_BUYER],
    [_("The refund of %(amount)s was made in time, so the dispute is over, as you agreed."), *TO_SELLER],
)  # fmt: skip
