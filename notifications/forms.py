"""What people may choose about their mails."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from notifications.states import Group


class ReadForm(forms.Form):
    """Which notice was read, or up to which."""

    notice = forms.IntegerField(min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)


class PreferencesForm(forms.Form):
    """Groups of which the person wants mails; none is a choice too. Work is asked of staff only."""

    groups = forms.MultipleChoiceField(
        label=_("Send me mail about"),
        choices=Group.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, team: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.untold = [] if team else [Group.STAFF.value]
        field = self.fields["groups"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [choice for choice in Group.choices if choice[0] not in self.untold]

    def wanted(self) -> list[str]:
        """The groups chosen, and those that this person was not asked about."""
        return [*self.cleaned_data["groups"], *self.untold]
