"""Letters about the mediator, the questions, and the decision."""

from django.utils.translation import gettext_lazy as _

from disputes.notices.letters import DESK, TO_BUYER, TO_SELLER, both, one
from notifications.states import Group

both(
    "dispute_claimed", _("Dispute %(subject)s: a mediator has your case"),
    [_("A mediator has taken your case and should decide by %(due_at)s.")],
    [_("A mediator has taken this case and should decide by %(due_at)s.")],
    weight=False,
)  # fmt: skip
both(
    "dispute_handed_back", _("Dispute %(subject)s waits for another mediator"),
    [_("Your case goes to another mediator, who should take it by %(due_at)s. Nothing of yours is lost.")],
    [_("This case goes to another mediator, who should take it by %(due_at)s. Nothing of yours is lost.")],
    weight=False,
)  # fmt: skip
one(
    "dispute_handed_over", _("Dispute %(subject)s is yours now"),
    [_("A colleague handed this case to you."), _("Note: %(note)s"), _("It should be decided by %(due_at)s.")],
    group=Group.STAFF, action=_("Open the case"), link=DESK,
)  # fmt: skip
one(
    "dispute_taken_from_you", _("Dispute %(subject)s is no longer yours"),
    [_("An administrator gave this case to somebody else or put it back into the queue.")],
    group=Group.STAFF, action=_("Open the case"), link=DESK,
)  # fmt: skip
one(
    "dispute_mediator_gone", _("Dispute %(subject)s lost its mediator"),
    [
        _("Its mediator no longer has the role or the account, so it is back in the queue."),
        _("Another mediator should take it by %(due_at)s."),
    ],
    group=Group.STAFF, action=_("Open the case"), link=DESK,
)  # fmt: skip
one(
    "dispute_ended_without_decision", _("Dispute %(subject)s is over: nothing is left to decide"),
    [_("It ended while you had it: %(outcome)s."), _("Both parties were told. Your draft is not sent.")],
    group=Group.STAFF, action=_("Open the case"), link=DESK,
)  # fmt: skip
_EXTENDED = [
    _("Our portal did not work from %(from_at)s to %(to_at)s. That time is given back: %(clock)s."),
    _("The new date is %(due_at)s."), _("What happened: %(note)s"),
]  # fmt: skip
both(
    "dispute_clock_extended",
    _("Dispute %(subject)s: more time, after an outage"),
    _EXTENDED,
    _EXTENDED,
)
ASKED = _(
    "The mediator asked a question. It is for: %(party)s. The answer is due before %(until_at)s."
)
both(
    "dispute_evidence_requested", _("Dispute %(subject)s: a question from the mediator"),
    [ASKED, _("If no answer comes by then, the mediator decides on what is there.")],
    [ASKED, _("If no answer comes by then, the mediator decides on what is there.")],
)  # fmt: skip
one(
    "dispute_evidence_answered", _("Dispute %(subject)s: the mediator's question was answered"),
    [_("%(party)s: the answer is in the case.")],
)  # fmt: skip
both(
    "dispute_evidence_taken_back", _("Dispute %(subject)s: the mediator's question is withdrawn"),
    [_("The mediator does not need the answer any more (%(party)s).")],
    [_("The mediator does not need the answer any more (%(party)s).")],
    weight=False,
)  # fmt: skip
one(
    "dispute_evidence_expired", _("Dispute %(subject)s: no answer to the mediator"),
    [_("%(party)s: no answer came in time. The mediator decides on what is there.")], weight=True,
)  # fmt: skip
FINAL = _("This decision becomes final on %(due_at)s. Before that you can complain about it, once.")
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
        both(
            f"dispute_decided_{_verdict}{_suffix}", _subject,
            [_buyer, *_extra, *TO_BUYER, _("The reasons are in the decision."), FINAL],
            [_seller, *_extra, *TO_SELLER, _("The reasons are in the decision."), FINAL],
            buyer_action=READ, seller_action=READ,
        )  # fmt: skip
both(
    "dispute_closed", _("Dispute %(subject)s is closed"),
    [_("The decision is final, and the dispute is closed."), *TO_BUYER],
    [_("The decision is final, and the dispute is closed."), *TO_SELLER],
)  # fmt: skip
