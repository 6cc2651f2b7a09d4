"""Forms of the policy page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core import policy
from core.actors import StaffRole
from core.errors import Refused
from core.models import PolicyVersion

UNITS = {
    "days": _("days of 24 hours"),
    "working days": _("working days"),
    "bytes": _("bytes"),
    "pixels": _("pixels"),
    "seconds": _("seconds"),
    "count": "",
    "choice": "",
}


class PolicyForm(forms.Form):
    """Every number of the rules, with its unit and bounds, and the note that says why."""

    based_on = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, version: PolicyVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.version = version
        self.fields["based_on"].initial = version.number
        for setting in policy.SETTINGS.values():
            self.fields[setting.name] = self._field(setting)
        self.fields["note"] = forms.CharField(
            label=_("Why do the rules change?"),
            max_length=2000,
            help_text=_("Colleagues and auditors read this."),
            widget=forms.Textarea(attrs={"rows": 3}),
        )

    def _field(self, setting: policy.Setting) -> forms.Field:
        now = self.version.get(setting.name)
        if setting.choices:
            return forms.ChoiceField(label=setting.label, choices=setting.choices, initial=now)
        bounds = _("%(unit)s, from %(low)s to %(high)s") % {
            "unit": UNITS[setting.unit] or _("a number"),
            "low": setting.minimum,
            "high": setting.maximum,
        }
        widget = forms.TextInput(attrs={"inputmode": "numeric", "size": 10})
        return forms.CharField(
            label=setting.label, help_text=bounds, initial=now, max_length=20, widget=widget
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in policy.SETTINGS:
            if name in data:
                try:
                    data[name] = policy.clean(name, data[name])
                except Refused as refused:
                    self.add_error(name, str(refused))
        return data

    @property
    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The settings under their headings."""
        found: dict[Any, list[forms.BoundField]] = {}
        for setting in policy.SETTINGS.values():
            found.setdefault(setting.group, []).append(self[setting.name])
        return list(found.items())

    @property
    def changes(self) -> list[dict[str, Any]]:
        """What the typed values would change, for the preview."""
        typed = self.cleaned_data
        return [
            {
                "label": s.label,
                "before": self.version.get(s.name),
                "after": typed[s.name],
                "unit": UNITS[s.unit],
            }
            for s in policy.SETTINGS.values()
            if s.name in typed and typed[s.name] != self.version.get(s.name)
        ]


class ClosingDayForm(forms.Form):
    """A day on which the operator does not work."""

    date = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    name = forms.CharField(label=_("What is it?"), max_length=120)


class RoleForm(forms.Form):
    """A role for somebody who has an account: `person`, once the form is valid."""

    person: User

    email = forms.EmailField(label=_("E-mail address of the account"))
    role = forms.ChoiceField(label=_("Role"), choices=StaffRole.choices)
    reason = forms.CharField(
        label=_("Why?"), max_length=500, required=False, help_text=_("Auditors read this.")
    )

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        found = User.objects.filter(email__iexact=email, is_active=True).first()
        if found is None:
            raise forms.ValidationError(_("Nobody with this address can sign in."), code="unknown")
        self.person = found
        return email
