"""What an owner chooses: one coupon, a split that is offered, or amounts of one's own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import money
from core.errors import Refused
from coupons import planning
from coupons.models import Compensation
from coupons.planning import Parts

WHOLE, OWN = "whole", "own"


class ChooseForm(forms.Form):
    """How many coupons the compensation comes in. `parts` once the form is valid."""

    parts: Parts

    plan = forms.ChoiceField(label=_("How do you want it?"), widget=forms.RadioSelect)
    own = forms.CharField(
        label=_("Amounts of your own"), required=False, max_length=500,
        help_text=_("With a plus between them, such as 10 + 5 + 5. They must sum to the whole value."),
    )  # fmt: skip
    based_on = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, compensation: Compensation, now: Parts, limits: tuple[int, int], **kwargs: Any
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.compensation, self.limits = compensation, limits
        most, least = limits
        value, currency = compensation.value, compensation.currency
        self.plans: dict[str, Parts] = {WHOLE: (money.quantize(value, currency),)}
        for parts in planning.offers(value, currency, most=most, least=least):
            self.plans[str(len(parts))] = parts
        plan: Any = self.fields["plan"]
        plan.choices = [
            *((key, self._capital(parts)) for key, parts in self.plans.items()),
            (OWN, _("Amounts of my own")),
        ]
        chosen = next((k for k, parts in self.plans.items() if sorted(parts) == sorted(now)), OWN)
        plan.initial = chosen
        self.fields["own"].initial = " + ".join(map(str, now)) if chosen == OWN else ""
        self.fields["based_on"].initial = compensation.choices

    def rebase(self, choices: int) -> None:
        """The page shows the present choice now: what is sent from it next replaces that one."""
        self.data = dict(self.data.items()) | {"based_on": str(choices)}

    def _capital(self, parts: Parts) -> str:
        shown = planning.words(parts, self.compensation.currency)
        return shown[:1].upper() + shown[1:]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        plan = data.get("plan")
        if not plan:
            return data
        made, (most, least) = self.compensation, self.limits
        try:
            if plan == OWN:
                self.parts = planning.read(data.get("own", ""), made.currency)
                planning.check(self.parts, made.value, made.currency, most=most, least=least)
            else:
                self.parts = self.plans[plan]
        except Refused as refused:
            self.add_error("own", forms.ValidationError(str(refused), code=refused.code))
        return data
