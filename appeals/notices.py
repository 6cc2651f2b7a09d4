"""What people read about a complaint, in the portal and by mail: one text for each outcome and side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from appeals.states import Kind, Outside, Result
from notifications import kinds
from notifications.states import Group

PAGE, RESULTS = ("appeals:complaint", "subject"), ("appeals:results", "subject")
DESK = ("reviews:case", "subject")
LOOK, VIEW, OPEN = _("Look at the complaint"), _("View results"), _("Open the complaint")
LABELS = {"clock": Kind, "result": Result, "outside": Outside}


def _one(
    name: str,
    subject: Any,
    lines: Sequence[Any],
    *,
    group: Group = Group.DISPUTES,
    weight: bool = True,
    quiet: bool = False,
    action: Any = LOOK,
    link: tuple[str, ...] = PAGE,
) -> None:
    kinds.register(
        name, subject, lines=lines, action=action, link=link, group=group, legal_weight=weight, quiet=quiet,
        labels=LABELS,
    )  # fmt: skip


def _both(
    name: str, subject: Any, buyer: Sequence[Any], seller: Sequence[Any], **more: Any
) -> None:
    for side, lines in (("buyer", buyer), ("seller", seller)):
        _one(f"{name}_{side}", subject, lines, **more)


def _staff(name: str, subject: Any, lines: Sequence[Any], *, weight: bool = False) -> None:
    _one(name, subject, lines, group=Group.STAFF, weight=weight, action=OPEN, link=DESK)


REVIEWED = _("Somebody who did not decide it reviews the decision by %(due_at)s.")
WAITS = _("Until then nothing else happens in dispute %(dispute)s; its clocks wait.")
_one(
    "complaint_made_own", _("Your complaint %(subject)s about the decision has arrived"),
    [_("Your complaint about the decision in dispute %(dispute)s has arrived."), REVIEWED, WAITS],
)  # fmt: skip
_one(
    "complaint_made_other", _("Complaint %(subject)s about the decision in your dispute"),
    [
        _("The other party complained about the decision in dispute %(dispute)s."), REVIEWED, WAITS,
        _("If you find the decision wrong too, you can complain yourself before %(until_at)s."),
    ],
)  # fmt: skip
_one(
    "complaint_joined_own", _("Your complaint %(subject)s about the decision has arrived"),
    [_("Your complaint has arrived. The same review answers both of you, by %(due_at)s.")],
)  # fmt: skip
_one(
    "complaint_joined_other", _("The other party complained too: %(subject)s"),
    [_("The other party complained about the same decision. One review answers both, by %(due_at)s.")],
)  # fmt: skip
_staff(
    "complaint_joined_reviewer", _("Complaint %(subject)s: the other party complained too"),
    [_("The other party complained about the same decision. Your result answers both.")],
)  # fmt: skip
_staff(
    "complaint_in_queue", _("Complaint %(subject)s waits for a reviewer"),
    [_("A decision is to be reviewed by %(due_at)s. Draw it at the desk.")],
)  # fmt: skip
_staff(
    "complaint_assigned", _("Complaint %(subject)s is yours now"),
    [_("A lead gave you this complaint. Its review is due by %(due_at)s.")], weight=True,
)  # fmt: skip
_staff(
    "complaint_taken_from_you", _("Complaint %(subject)s is no longer yours"),
    [_("It was given to somebody else, or put back into the queue.")],
)  # fmt: skip
_staff(
    "complaint_reviewer_gone", _("Complaint %(subject)s lost its reviewer"),
    [_("Its reviewer no longer has the role or the account, so it is back in the queue.")],
)  # fmt: skip
_LATE = [
    _("The review of the decision is later than we promised. We are sorry."),
    _("It is on top of the queue now, and the new date is %(due_at)s."),
]  # fmt: skip
_both("complaint_late", _("Complaint %(subject)s: the review has a new date"), _LATE, _LATE)
_staff(
    "complaint_late_reviewer", _("Complaint %(subject)s: the review is overdue"),
    [_("It is on top of the queue. The parties were promised the new date %(due_at)s.")], weight=True,
)  # fmt: skip
_staff(
    "complaint_late_lead", _("Complaint %(subject)s: the review is overdue again"),
    [
        _("The review has missed its date %(times)s times. The parties were promised %(due_at)s."),
        _("Give it to a reviewer who can do it now."),
    ], weight=True,
)  # fmt: skip
WHY = _("What was looked at, and why, is behind “View results”.")
GOES_ON = _(
    "The order goes back to the seller now. Send it and give us the tracking number before %(return_until_at)s."
)
GOES_ON_SELLER = _("The buyer has until %(return_until_at)s to send the order back.")
REST = _("%(rest_amount)s that was held goes to the seller.")
REST_SELLER = _("%(rest_amount)s that was held goes to you.")
FEEDBACK = _("Tell us how we did before %(until_at)s. It takes a minute.")
_both(
    "complaint_decision_correct", _("Result of complaint %(subject)s: the decision was correct"),
    [
        _("The decision in dispute %(dispute)s was reviewed by somebody who did not make it: it was correct."),
        WHY, _("The decision is final."), GOES_ON, REST, FEEDBACK,
    ],
    [
        _("The decision in dispute %(dispute)s was reviewed by somebody who did not make it: it was correct."),
        WHY, _("The decision is final."), GOES_ON_SELLER, REST_SELLER, FEEDBACK,
    ],
    action=VIEW, link=RESULTS,
)  # fmt: skip
COMPENSATED = _("You get %(amount)s as compensation, in coupons.")
COMING = _("They are in your account by %(issue_at)s and are valid for %(valid_days)s from then.")
CHOOSE = _(
    "Until then you choose behind “View results”: one coupon of %(amount)s, or several that sum to it exactly."
)
OUTSIDE = "%(outside)s"
"""A whole sentence, left out where the operator names no body outside the portal."""
UNCHANGED = _("The money that was decided stays as it is.")
_both(
    "complaint_decision_wrong", _("Result of complaint %(subject)s: the decision was wrong"),
    [
        _("The decision in dispute %(dispute)s was reviewed by somebody who did not make it: it was wrong."),
        WHY, COMPENSATED, COMING, CHOOSE, UNCHANGED, GOES_ON, REST,
    ],
    [
        _("The decision in dispute %(dispute)s was reviewed by somebody who did not make it: it was wrong."),
        WHY, COMPENSATED, COMING, CHOOSE, UNCHANGED, GOES_ON_SELLER, REST_SELLER,
    ],
    action=VIEW, link=RESULTS,
)  # fmt: skip
_STANDS = [
    _("A third person looked at the decision in dispute %(dispute)s: it was correct, and it stands."),
    WHY, _("This was the last look."), OUTSIDE,
]  # fmt: skip
_both(
    "complaint_decision_stands", _("Result of complaint %(subject)s: the decision stands"),
    _STANDS, _STANDS, action=VIEW, link=RESULTS,
)  # fmt: skip
_staff(
    "complaint_result_mediator", _("Your decision was reviewed: complaint %(subject)s"),
    [_("Result of the review: %(result)s."), _("What the reviewer found is in the complaint.")],
)  # fmt: skip
_one(
    "complaint_feedback_thanks", _("Thank you for your feedback: %(subject)s"),
    [_("We read it by %(due_at)s. If something in it asks for another look, you hear of it.")],
    weight=False,
)  # fmt: skip
_staff(
    "complaint_feedback_to_read", _("Feedback to read: complaint %(subject)s"),
    [_("Read it by %(due_at)s. You can ask for one more look by a third person.")],
)  # fmt: skip
_one(
    "complaint_feedback_read", _("Your feedback was read: %(subject)s"),
    [
        _("Your feedback is with those who lead the service. The decision stands."), OUTSIDE,
    ], weight=False, action=VIEW, link=RESULTS,
)  # fmt: skip
_one(
    "complaint_feedback_over", _("The time to read your feedback is over: %(subject)s"),
    [
        _("Nobody asked for another look in that time. The decision stands."),
        _("Those who lead the service were asked to read your feedback all the same."), OUTSIDE,
    ], weight=False, action=VIEW, link=RESULTS,
)  # fmt: skip
_staff(
    "complaint_feedback_unread", _("Feedback that nobody read: complaint %(subject)s"),
    [_("The time to read it is over, and the decision stands. Please read it all the same.")],
)  # fmt: skip
_AGAIN = [
    _("Somebody read the feedback and wants a third person to look at the decision again, for the last time."),
    _("That person has had nothing to do with the case, and answers by %(due_at)s."),
]  # fmt: skip
_both("complaint_reopened", _("Complaint %(subject)s: one more look"), _AGAIN, _AGAIN)
_staff(
    "complaint_reminder_review", _("Complaint %(subject)s: the review is due on %(due_at)s"),
    [_("The parties were promised the result by %(due_at)s.")], weight=True,
)  # fmt: skip
_one(
    "complaint_reminder_feedback", _("Complaint %(subject)s: feedback until %(due_at)s"),
    [_("You can still tell us how we did, until %(due_at)s.")],
    group=Group.REMINDERS, weight=False, quiet=True, action=_("Give feedback"), link=("appeals:feedback", "subject"),
)  # fmt: skip
_EXTENDED = [
    _("Our portal did not work from %(from_at)s to %(to_at)s. That time is given back: %(clock)s."),
    _("The new date is %(due_at)s."), _("What happened: %(note)s"),
]  # fmt: skip
_both(
    "complaint_clock_extended", _("Complaint %(subject)s: more time, after an outage"),
    _EXTENDED, _EXTENDED,
)  # fmt: skip
_MOVED = [
    _("A day off was added to our calendar, so the review of the decision is due a little later: by %(due_at)s.")
]  # fmt: skip
_both("complaint_date_moved", _("Complaint %(subject)s: a later date"), _MOVED, _MOVED)
_one(
    "complaint_reading_moved", _("Complaint %(subject)s: your feedback is read a little later"),
    [_("A day off was added to our calendar, so your feedback is read a little later: by %(due_at)s.")],
    weight=False,
)  # fmt: skip
