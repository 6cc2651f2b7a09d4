"""How each notice about orders and refunds reads. Facts come from `orders.effects`."""

from django.utils.translation import gettext_lazy as _

from notifications import kinds
from notifications.states import Group
from orders.states import (
    CorrectionState,
    EndReason,
    Finding,
    Means,
    OrderDeadlineKind,
    Side,
    Unexplained,
)

ORDER = ("orders:order", "reference")
MONEY = ("orders:payments", "reference")
CORRECTIONS = ("desk:settlements",)


def register() -> None:
    """Make the kinds known; called once, when the app is ready."""
    order, refund = Group.ORDERS, Group.REFUNDS
    kinds.register(
        "order_paid",
        subject=_("Order %(order)s is paid"),
        lines=[
            _("%(amount)s is held by us until the buyer has the goods."),
            _("%(coupon)s was paid by coupon. That part is not refunded."),
        ],
        action=_("See the order"), link=ORDER, group=order,
    )  # fmt: skip
    kinds.register(
        "order_on_hold",
        subject=_("Order %(order)s is on hold"),
        lines=[
            _("Why: %(reason)s"),
            _("Nothing is sent until this is verified. Without an answer by %(due_at)s the order is closed and the money goes back."),  # noqa: E501
        ],
        action=_("See what is asked"), link=ORDER, group=order, legal_weight=True,
    )  # fmt: skip
    kinds.register(
        "order_hold_lifted",
        subject=_("Order %(order)s goes on"),
        lines=[_("The verification was confirmed.")],
        action=_("See the order"), link=ORDER, group=order,
    )  # fmt: skip
    kinds.register(
        "order_clock_extended",
        subject=_("Order %(order)s: more time, after an outage"),
        lines=[
            _("Our portal did not work from %(from_at)s to %(to_at)s. That time is given back: %(clock)s."),
            _("The new date is %(due_at)s."), _("What happened: %(note)s"),
        ],
        action=_("See the order"), link=ORDER, group=order, legal_weight=True, labels={"clock": OrderDeadlineKind},
    )  # fmt: skip
    kinds.register(
        "order_message",
        subject=_("New message about order %(order)s"),
        lines=[_("%(party)s wrote to you."), _("Never accept money or contact outside this portal.")],
        action=_("Read the message"), link=("orders:message", "reference"), group=Group.MESSAGES, quiet=True,
        labels={"party": Side},
    )  # fmt: skip
    kinds.register(
        "order_proof_submitted",
        subject=_("We check the proof of order %(order)s"),
        lines=[
            _("The seller has answered in time, so the order is not closed while we check."),
            _("We want to have checked it by %(until_at)s."),
        ],
        action=_("See the order"), link=ORDER, group=order,
    )  # fmt: skip
    kinds.register(
        "order_proof_to_check",
        subject=_("The proof of order %(order)s waits for you"),
        lines=[
            _("Accept it or refuse it by %(until_at)s."),
            _("Until then the seller’s time stands still."),
        ],
        action=_("Check the proof"), link=ORDER, group=Group.STAFF,
    )  # fmt: skip
    kinds.register(
        "order_proof_overdue",
        subject=_("The proof of order %(order)s should have been checked"),
        lines=[_("It was to be checked by %(was_at)s. The order waits, and so does the buyer’s money.")],
        action=_("Check the proof"), link=ORDER, group=Group.STAFF, legal_weight=True,
    )  # fmt: skip
    kinds.register(
        "order_proof_late",
        subject=_("We are late with the proof of order %(order)s"),
        lines=[
            _("We have not checked it in the time that we promised. The order is not closed because of that."),
            _("Our administrators are reminded every day; the next time at %(until_at)s."),
        ],
        action=_("See the order"), link=ORDER, group=order, legal_weight=True,
    )  # fmt: skip
    kinds.register(
        "order_proof_refused",
        subject=_("The proof of order %(order)s was not accepted"),
        lines=[
            _("Why: %(reason)s"),
            _("The seller may answer again by %(due_at)s. After that the order closes and the money goes back."),
        ],
        action=_("See the order"), link=ORDER, group=order, legal_weight=True,
    )  # fmt: skip
    kinds.register(
        "order_shipped",
        subject=_("Order %(order)s is on its way"),
        lines=[_("Carrier: %(carrier)s"), _("Tracking number: %(tracking_number)s")],
        action=_("Follow the parcel"), link=ORDER, group=order,
    )  # fmt: skip
    kinds.register(
        "order_delivered",
        subject=_("Order %(order)s was delivered"),
        lines=[
            _("The buyer can open a dispute until %(protected_at)s. After that the money goes to the seller."),
            _("The money goes to the seller on %(release_at)s."),
        ],
        action=_("See the order"), link=ORDER, group=order,
    )  # fmt: skip
    kinds.register(
        "order_confirmed",
        subject=_("Receipt of order %(order)s is confirmed"),
        lines=[
            _("The money goes to the seller."),
            _("Goods that are damaged or not as described can be disputed until %(protected_at)s."),
        ],
        action=_("See the order"), link=ORDER, group=order, legal_weight=True,
    )  # fmt: skip
    kinds.register(
        "order_released",
        subject=_("Order %(order)s is completed"),
        lines=[
            _("%(amount)s that was held went to the seller."),
            _("%(refunded_amount)s went back to the buyer."),
        ],
        action=_("See the order"), link=ORDER, group=order, legal_weight=True,
    )  # fmt: skip
    for kind, subject in (
        ("order_cancelled", _("Order %(order)s is cancelled")),
        ("order_closed", _("Order %(order)s is closed")),
    ):
        kinds.register(
            kind,
            subject=subject,
            lines=[_("Why: %(why)s"), _("Why: %(reason)s"), _("%(amount)s goes back to the buyer.")],
            action=_("See the order"), link=ORDER, group=order, legal_weight=True, labels={"why": EndReason},
        )  # fmt: skip
    kinds.register(
        "extension_requested",
        subject=_("The buyer of order %(order)s asks for more time"),
        lines=[_("Days asked for: %(days)s. You can move the delivery date; the protection moves with it.")],
        action=_("Answer"), link=ORDER, group=order,
    )  # fmt: skip
    kinds.register(
        "delivery_extended",
        subject=_("Order %(order)s has a new delivery date"),
        lines=[
            _("The seller now promises delivery by %(promised_at)s."),
            _("Your protection runs until %(protected_at)s."),
        ],
        action=_("See the order"), link=ORDER, group=order,
    )  # fmt: skip
    for clock, subject, line in (
        ("payment", _("Order %(order)s waits for its payment"), _("Without payment it is cancelled at %(due_at)s.")),
        ("verification", _("Order %(order)s waits for your proof"), _("Without it the order closes at %(due_at)s and the money goes back.")),  # noqa: E501
        ("protection", _("Protection of order %(order)s ends soon"), _("It ends at %(due_at)s. A parcel that was not sent by then is refunded; for one that was sent, say before if it did not come.")),  # noqa: E501
        ("release", _("Is everything right with order %(order)s?"), _("A dispute is possible until %(due_at)s. After that the money goes to the seller.")),  # noqa: E501
    ):  # fmt: skip
        kinds.register(
            f"order_reminder_{clock}", subject=subject, lines=[line], action=_("See the order"),
            link=ORDER, group=Group.REMINDERS, legal_weight=True, quiet=True,
        )  # fmt: skip
    means = {"means": Means}
    kinds.register(
        "refund_requested",
        subject=_("%(amount)s of order %(order)s comes back to you"),
        lines=[_("To: %(means)s"), _("Expected by %(expected_at)s. The tracker shows each step.")],
        action=_("Follow the refund"), link=MONEY, group=refund, legal_weight=True, labels=means,
    )  # fmt: skip
    kinds.register(
        "refund_submitted",
        subject=_("The refund of %(amount)s was sent to the bank"),
        lines=[_("Reference: %(provider_reference)s"), _("Expected by %(expected_at)s.")],
        action=_("Follow the refund"), link=MONEY, group=refund, labels=means,
    )  # fmt: skip
    kinds.register(
        "refund_completed",
        subject=_("The refund of %(amount)s has arrived"),
        lines=[_("To: %(means)s")],
        action=_("See the refund"), link=MONEY, group=refund, legal_weight=True, labels=means,
    )  # fmt: skip
    kinds.register(
        "refund_corrected",
        subject=_("The refund of %(amount)s is in your wallet"),
        lines=[
            _("The bank could not pay it to your card, so we paid it into your wallet instead. It is there now."),
            _("Why: %(reason)s"),
        ],
        action=_("See the refund"), link=MONEY, group=refund, legal_weight=True, labels=means,
    )  # fmt: skip
    kinds.register(
        "refund_failed",
        subject=_("Refund %(refund)s failed"),
        lines=[
            _("Why: %(failure)s"), "%(silent)s",
            _("The buyer was promised the money by %(expected_at)s. Send it again."),
        ],
        action=_("See the refund"), link=MONEY, group=Group.STAFF, legal_weight=True,
        labels=means | {"silent": Unexplained},
    )  # fmt: skip
    kinds.register(
        "refund_overdue",
        subject=_("Your refund of %(amount)s is late"),
        lines=[
            _("It was promised by %(expected_at)s and has not been confirmed."),
            _("We have told the people who look after payments, and ask the bank every week until it is there."),
            _("You need not do anything: we write to you as soon as it moves."),
        ],
        action=_("Follow the refund"), link=MONEY, group=refund, legal_weight=True, labels=means,
    )  # fmt: skip
    kinds.register(
        "refund_later",
        subject=_("The refund of %(amount)s of order %(order)s comes later"),
        lines=[
            _("A day on which nobody works was added to the calendar, and the refund is promised in working days."),
            _("Expected by %(expected_at)s. Before, it was %(was_at)s."),
        ],
        action=_("Follow the refund"), link=MONEY, group=refund, legal_weight=True, labels=means,
    )  # fmt: skip
    kinds.register(
        "refund_overdue_staff",
        subject=_("Refund %(refund)s of %(amount)s is overdue"),
        lines=[_("It was promised by %(expected_at)s.")],
        action=_("See the refund"), link=MONEY, group=Group.STAFF, legal_weight=True, labels=means,
    )  # fmt: skip
    found, step = {"finding": Finding}, {"step": CorrectionState}
    kinds.register(
        "correction_opened",
        subject=_("We found a mistake with your refund of %(amount)s"),
        lines=[
            _("What the bank’s settlement says: %(finding)s."),
            _("We put it right with the bank and write to you about each step. You need not do anything."),
        ],
        action=_("See what we do"), link=MONEY, group=refund, legal_weight=True, labels=found,
    )  # fmt: skip
    kinds.register(
        "correction_step",
        subject=_("Your refund of %(amount)s is being put right"),
        lines=[_("Now: %(step)s.")],
        action=_("See what we do"), link=MONEY, group=refund, labels=step,
    )  # fmt: skip
    kinds.register(
        "correction_late",
        subject=_("We are late with your refund of %(amount)s"),
        lines=[
            _("The mistake that we found is not put right yet. Our administrators are reminded until it is."),
            _("The next step is due by %(until_at)s. You need not do anything."),
        ],
        action=_("See what we do"), link=MONEY, group=refund, legal_weight=True,
    )  # fmt: skip
    kinds.register(
        "correction_settled",
        subject=_("Your refund of %(amount)s is put right"),
        lines=[_("The mistake that we had found is settled.")],
        action=_("See the refund"), link=MONEY, group=refund, legal_weight=True,
    )  # fmt: skip
    kinds.register(
        "correction_dismissed",
        subject=_("Your refund of %(amount)s was right after all"),
        lines=[_("We looked into the mistake that we had found: there is nothing to put right."), _("Why: %(reason)s")],
        action=_("See the refund"), link=MONEY, group=refund, legal_weight=True,
    )  # fmt: skip
    kinds.register(
        "corrections_found",
        subject=_("The settlement %(file)s does not agree with our refunds"),
        lines=[_("Corrections opened: %(count)s")],
        action=_("See the corrections"), link=CORRECTIONS, group=Group.STAFF, legal_weight=True,
    )  # fmt: skip
    kinds.register(
        "correction_overdue",
        subject=_("Correction %(correction)s waits for its next step"),
        lines=[_("What the bank’s settlement says: %(finding)s.")],
        action=_("See the corrections"), link=CORRECTIONS, group=Group.STAFF, legal_weight=True, labels=found,
    )  # fmt: skip
