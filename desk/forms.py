"""Forms of the policy page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core import calendars, clock, outages, policy, services
from core.actors import StaffRole
from core.errors import Refused
from core.models import PolicyVersion
from core.templatetags import timewords

UNITS = {
    "days": _("days of 24 hours"),
    "working days": _("working days"),
    "bytes": _("bytes"),
    "pixels": _("pixels"),
    "seconds": _("seconds"),
    "count": "",
    "amount": _("in the currency of the case"),
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
        if all(name in data and name not in self.errors for name in policy.SETTINGS):
            for name, sentence in policy.contradictions(data):
                self.add_error(name, sentence)
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
                "before": _shown(s, self.version.get(s.name)),
                "after": _shown(s, typed[s.name]),
                "unit": UNITS[s.unit] if s.unit not in TOLD else "",
                "means": self._means(s, self.version.get(s.name), typed[s.name]),
            }
            for s in policy.SETTINGS.values()
            if s.name in typed and typed[s.name] != self.version.get(s.name)
        ]

    def _means(self, setting: policy.Setting, before: Any, after: Any) -> str:
        """What a new length comes to, for a clock that starts now."""
        if setting.unit not in ("days", "working days"):
            return ""
        now = clock.now()
        if setting.unit == "days":
            ends = [timewords.moment(now + timedelta(days=n), "long") for n in (before, after)]
        else:
            calendar = self.version.storefront.calendar()
            last = [calendar.add_working_days(now, n).due - TICK for n in (before, after)]
            ends = [timewords.moment(day, "date") for day in last]
        words = _("A clock that starts now would end on %(after)s, not on %(before)s.")
        return str(words % {"before": ends[0], "after": ends[1]})


TICK = timedelta(microseconds=1)
TOLD = ("bytes", "choice")
"""Units that are part of the value as it is shown."""


def _shown(setting: policy.Setting, value: Any) -> Any:
    if setting.unit == "bytes":
        return filesizeformat(value)
    return dict(setting.choices).get(value, value)


class ClosingDayForm(forms.Form):
    """A day on which the operator does not work."""

    date = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    name = forms.CharField(
        label=_("Why is it closed?"),
        max_length=120,
        help_text=_("Shown under “Why this date?”."),
    )


class StorefrontForm(forms.Form):
    """Name and calendar of a storefront."""

    name = forms.CharField(label=_("Name"), max_length=120)
    countries = forms.CharField(
        label=_("Countries whose public holidays are not working days"),
        help_text=_(
            "Codes with commas between them, such as DE, PL or US-CA. Empty: weekends only."
        ),
        max_length=200,
        required=False,
    )
    zone = forms.ChoiceField(
        label=_("Time zone of the working calendar"),
        choices=lambda: [(zone, zone) for zone in sorted(available_timezones())],
    )

    outside_bodies = forms.CharField(
        label=_("Bodies outside the portal"),
        help_text=_(
            "Shown where a complaint about a decision has come to its end. Empty: a sentence without names."
        ),
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        strip=False,
    )

    def clean_outside_bodies(self) -> str:
        try:
            return services.check_outside_bodies(self.cleaned_data["outside_bodies"])
        except Refused as refused:
            raise forms.ValidationError(str(refused), code=refused.code) from None

    def clean_countries(self) -> list[str]:
        codes = [code for code in self.cleaned_data["countries"].split(",") if code.strip()]
        try:
            return calendars.known(codes)
        except Refused as refused:
            raise forms.ValidationError(str(refused), code="country") from None


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


class OutageForm(forms.Form):
    """From when until when people could not act, in the reader's own zone."""

    began = forms.DateTimeField(
        label=_("From"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    ended = forms.DateTimeField(
        label=_("Until"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    note = forms.CharField(
        label=_("What happened?"),
        max_length=outages.NOTE_MAX,
        help_text=_("Everybody whose date moves reads this."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "began" in data and "ended" in data:
            try:
                outages.check(data["began"], data["ended"])
            except Refused as refused:
                self.add_error("ended", str(refused))
        return data
