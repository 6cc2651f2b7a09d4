"""What people type on the pages of an order."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core import words
from core.errors import Refused
from orders import policies, services
from orders.models import Order
from orders.states import OrderState

MOST = 1000


class MoveForm(forms.Form):
    """A form about one order; without fields it only asks."""

    says_optional = True
    """Whether a field that may stay empty is marked so; not where one of several is needed."""

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        self.order = order
        super().__init__(*args, **kwargs)


class ConfirmForm(MoveForm):
    """The second question before a receipt is confirmed."""

    sure = forms.BooleanField(
        label=_("I have the goods. I know that I can no longer say that they did not arrive."),
        error_messages={
            "required": _("Tick this if you have the goods. If you have not, do not confirm.")
        },
    )


class DaysForm(MoveForm):
    """How many days more."""

    days = forms.IntegerField(label=_("Days more"), min_value=1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        most = policies.days_left_to_extend(self.order)
        asked = self.order.extension_requested_days
        self.fields["days"].initial = min(asked or 7, most) or None
        words = ngettext("%(most)s day at most.", "From 1 to %(most)s days.", most)
        self.fields["days"].help_text = words % {"most": most}
        self.fields["days"].widget.attrs |= {"max": most, "inputmode": "numeric"}


class ShipForm(MoveForm):
    """Carrier and tracking number."""

    carrier = forms.CharField(label=_("Carrier"), max_length=80)
    tracking_number = forms.CharField(
        label=_("Tracking number"),
        max_length=80,
        help_text=_("As the carrier gave it. The buyer can follow it."),
    )

    def clean_tracking_number(self) -> str:
        try:
            return services.clean_tracking_number(self.cleaned_data["tracking_number"])
        except Refused as error:
            raise forms.ValidationError(str(error), code=error.code) from None

    def clean_carrier(self) -> str:
        return _text(self.cleaned_data["carrier"], 80)


class ReasonForm(MoveForm):
    """A reason in the person's own words."""

    reason = forms.CharField(label=_("Why"), widget=forms.Textarea(attrs={"rows": 4}), strip=False)

    def clean_reason(self) -> str:
        return _text(self.cleaned_data["reason"], MOST, self.fields["reason"].required)


class CancelForm(ReasonForm):
    """A buyer need not say why before paying; a seller says it to the buyer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = self.order.state != OrderState.AWAITING_PAYMENT


class ProofForm(MoveForm):
    """What proves the order: a number that lifts the hold at once, or words that an administrator reads."""

    says_optional = False

    tracking_number = forms.CharField(
        label=_("Tracking number"), max_length=80, required=False,
        help_text=_("The number of the parcel as the carrier gave it. The order goes on at once."),
    )  # fmt: skip
    text = forms.CharField(
        label=_("Or an invoice number, or what else proves this order"),
        widget=forms.Textarea(attrs={"rows": 4}), strip=False, required=False,
        help_text=_("We read it and answer. Your time stands still until then."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors:
            try:
                services.check_proof(data["tracking_number"], data["text"])
            except Refused as refusal:
                field = {"proof": "text", "tracking_number": "tracking_number"}.get(refusal.code)
                self.add_error(field, forms.ValidationError(str(refusal), code=refusal.code))
        return data


class MessageForm(MoveForm):
    """A message to the other side, in any language."""

    body = forms.CharField(
        label=_("Your message"), widget=forms.Textarea(attrs={"rows": 3}), strip=False,
        help_text=_("Write in your own language. Never accept money or contact outside this portal."),
        error_messages={"required": _("Write a message first.")},
    )  # fmt: skip

    @property
    def most(self) -> int:
        return services.message_limit(self.order)

    def clean_body(self) -> str:
        try:
            return services.clean_message(self.cleaned_data["body"], self.order)
        except Refused as error:
            raise forms.ValidationError(str(error), code=error.code) from None


def _text(value: str, most: int, required: bool = True) -> str:
    try:
        cleaned = words.clean_text(value, most)
    except Refused as error:
        raise forms.ValidationError(str(error), code=error.code) from None
    if required and not cleaned:
        raise forms.ValidationError(_("This field is required."), code="required")
    return cleaned
