"""What can become of a mail, and the groups by which people choose their mails."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MailState(models.TextChoices):
    """`sending` is a lease: one deliverer has it until `send_after`, then anybody may take it over."""

    PENDING = "pending", _("Waiting to be sent")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Set aside: it could not be sent")
    SUPPRESSED = "suppressed", _("Not wanted by e-mail")


OPEN = frozenset({MailState.PENDING, MailState.SENDING})
TERMINAL = frozenset({MailState.SENT, MailState.FAILED, MailState.SUPPRESSED})


class Group(models.TextChoices):
    """A person switches mails on and off by group; what has legal weight comes in any case."""

    DISPUTES = "disputes", _("Disputes: answers, offers and decisions")
    ORDERS = "orders", _("Orders: payment, delivery and protection")
    REFUNDS = "refunds", _("Refunds: where the money is")
    COUPONS = "coupons", _("Coupons: promised, ready and spent")
    REMINDERS = "reminders", _("Reminders before time runs out")
    MESSAGES = "messages", _("Messages and new evidence")
    STAFF = "staff", _("Work: targets missed and cases assigned")
