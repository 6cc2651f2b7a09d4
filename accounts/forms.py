"""Forms for one's own account."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core import errors, languages, words

NAME_CHARS = 120


def clean_name(name: str) -> str:
    """A name as it will be shown to others: one line, no control characters; refused when nothing is left."""
    try:
        plain = " ".join(words.clean_text(name, NAME_CHARS).split())
    except errors.Refused as refusal:
        raise forms.ValidationError(str(refusal), code=refusal.code) from None
    if not plain:
        raise forms.ValidationError(_("Write your name as others should see it."), code="required")
    return plain


def zones() -> list[tuple[str, list[tuple[str, str]]]]:
    """Time zones by region, "Europe" → Amsterdam, Andorra, …; UTC first."""
    regions: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(available_timezones()):
        region, _slash, city = name.partition("/")
        if city and region not in ("Etc", "SystemV", "US", "posix", "right"):
            regions.setdefault(region, []).append((name, city.replace("_", " ").replace("/", ", ")))
    return [("UTC", [("UTC", "UTC")]), *regions.items()]


class SignupForm(forms.Form):
    """What signing up asks beside address and password (the base of allauth's form)."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=NAME_CHARS,
        help_text=_("As the other side and our mediators will see it."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ("name", "email", "password1")

    def clean_name(self) -> str:
        return clean_name(self.cleaned_data["name"])

    def signup(self, request: Any, user: Any) -> None:
        """Everything is on the user already: the adapter puts it there before the row is written."""


class ProfileForm(forms.ModelForm[User]):
    """Name, language and time zone of one's own account.

    A language kept from before, which is not offered now, shows as English and stays kept until
    another one is chosen.
    """

    language = forms.ChoiceField(
        label=_("Language"),
        choices=lambda: settings.LANGUAGES,
        help_text=_("Pages and mails come in this language. What people wrote stays as written."),
    )
    zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=zones,
        help_text=_("Every date and deadline is shown in this zone. A change moves no deadline."),
    )

    class Meta:
        model = User
        fields = ("name", "language", "zone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept = self.instance.language
        self.initial["language"] = languages.offered(self.kept)

    def clean_language(self) -> str:
        chosen: str = self.cleaned_data["language"]
        return self.kept if chosen == languages.offered(self.kept) else chosen

    def clean_name(self) -> str:
        return clean_name(self.cleaned_data["name"])
