"""Letters about messages, evidence, and clocks that run out."""

from django.utils.translation import gettext_lazy as _

from disputes.notices.letters import DESK, KEEP, one
from notifications.states import Group

one(
    "dispute_message", _("New message in dispute %(subject)s"),
    [_("%(party)s wrote in the thread of the dispute."), KEEP], group=Group.MESSAGES, quiet=True,
    action=_("Read the message"),
)  # fmt: skip
one(
    "dispute_evidence_added", _("New evidence in dispute %(subject)s"),
    [_("%(party)s sent %(numbers)s. It stands in the case as soon as it has been checked.")],
    group=Group.MESSAGES, quiet=True,
)  # fmt: skip
one(
    "dispute_reminder", _("Dispute %(subject)s: time runs out on %(due_at)s"),
    [_("%(clock)s: until %(due_at)s."), _("The page of the dispute says what happens then.")],
    group=Group.REMINDERS, weight=True, quiet=True, action=_("Act now"),
)  # fmt: skip
one(
    "dispute_claim_overdue", _("Dispute %(subject)s: nobody has taken it"),
    [_("The time for a mediator to take it is over. It is on top of the queue.")],
    group=Group.STAFF, weight=True, action=_("Open the case"), link=DESK,
)  # fmt: skip
one(
    "dispute_decision_overdue", _("Dispute %(subject)s: the decision is overdue"),
    [_("The time to decide is over. The case is on top of the queue.")],
    group=Group.STAFF, weight=True, action=_("Open the case"), link=DESK,
)  # fmt: skip
