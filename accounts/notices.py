"""What a person reads about their own roles. Nothing here names anybody else, nor why it was done."""

from django.utils.translation import gettext_lazy as _

from core.actors import StaffRole
from notifications import kinds
from notifications.states import Group

LABELS = {"role": StaffRole}

kinds.register(
    "role_granted",
    subject=_("You have a role now: %(role)s"),
    lines=[
        _("You were given the role of %(role)s for %(storefront)s. It holds from your next page on."),
        _("What you do with it is at the desk. Whoever works there signs in with a second factor."),
        _("If you know nothing of this, write to us at once."),
    ],
    action=_("Open the desk"), link=("desk:home",), group=Group.STAFF, legal_weight=True, labels=LABELS,
)  # fmt: skip
kinds.register(
    "role_revoked",
    subject=_("You have a role no more: %(role)s"),
    lines=[
        _("The role of %(role)s for %(storefront)s was taken back. It ended at once."),
        _("Cases that you had in hand go to others. What you buy and sell here is not touched."),
    ],
    action=_("Open the portal"), link=("portal:home",), group=Group.STAFF, legal_weight=True, labels=LABELS,
)  # fmt: skip
