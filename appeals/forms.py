"""What people type about a decision and about our work, cleaned."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from appeals.states import HIGHEST, LOWEST, Scale
from disputes.forms.fields import PlainText

SCALE = [(str(n), str(n)) for n in range(LOWEST, HIGHEST + 1)]


class ComplaintForm(forms.Form):
    """Why the decision is wrong, in any language."""

    def __init__(self, *args: Any, most: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.most = most
        self.fields["body"] = PlainText(
            most=most, label=_("Why is the decision wrong?"),
            help_text=_("In any language. Say what was overlooked or misread, and where it can be seen."),
            error_messages={"required": _("Write why the decision is wrong.")},
        )  # fmt: skip


class FeedbackForm(forms.Form):
    """Three scales and a few words."""

    def __init__(self, *args: Any, most: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.most = most
        for name, label in Scale.choices:
            self.fields[name] = forms.ChoiceField(
                label=label, choices=SCALE, widget=forms.RadioSelect,
                help_text=_("1 is not at all, 5 is entirely."),
                error_messages={"required": _("Choose a number from 1 to 5.")},
            )  # fmt: skip
        self.fields["body"] = PlainText(
            most=most, required=False, label=_("What should we know?"),
            help_text=_("Somebody reads this. If it shows that another look is needed, a third person takes one."),
        )  # fmt: skip

    @property
    def scales(self) -> dict[str, int]:
        return {name: int(self.cleaned_data[name]) for name in Scale.values}
