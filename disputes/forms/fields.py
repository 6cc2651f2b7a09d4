"""Fields that clean what people type, and files that are judged one by one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import money, words
from core.errors import Refused
from disputes import policies
from disputes.states import Party, PostagePayer

SHORT, CAPTION = 80, 200
PAYERS: dict[str, Any] = {
    Party.BUYER: [
        (PostagePayer.BUYER, _("I pay it")),
        (PostagePayer.SELLER, _("The seller pays it")),
    ],
    Party.SELLER: [
        (PostagePayer.BUYER, _("The buyer pays it")),
        (PostagePayer.SELLER, _("I pay it")),
    ],
}
"""Who pays the postage of a return, in the words of the side that is asked."""


def refused(error: Refused) -> forms.ValidationError:
    return forms.ValidationError(str(error), code=error.code)


class PlainText(forms.CharField):
    """A text in any language. Control characters and direction tricks go; its length is what people count."""

    def __init__(self, *, most: int, long: bool = True, **options: Any) -> None:
        self.most = most
        options.setdefault("widget", forms.Textarea if long else forms.TextInput)
        super().__init__(strip=False, **options)
        self.validators = []

    def to_python(self, value: Any) -> str:
        try:
            return words.clean_text(str(value or ""), self.most)
        except Refused as error:
            raise refused(error) from None


class Money(forms.CharField):
    """An amount as a person writes it ("12,50", "€ 12.50"), from `least` to `most` of a currency."""

    def __init__(
        self, *, currency: str, most: Decimal, least: Decimal | None = None, **options: Any
    ) -> None:
        self.currency, self.most, self.least = currency, most, least
        super().__init__(**options)
        self.validators = []

    def to_python(self, value: Any) -> Any:
        if not str(value or "").strip():
            return None
        try:
            amount = money.parse_amount(str(value), self.currency)
            return policies.check_amount(
                amount, refundable=self.most, currency=self.currency, least=self.least
            )
        except Refused as error:
            raise refused(error) from None


def typed(amount: Any, currency: str) -> str:
    """An amount as a field shows it: with the currency's places, in figures that can be read back.

    What a person typed and nobody can read stays as it was typed.
    """
    if isinstance(amount, Decimal):
        return str(money.quantize(amount, currency))
    try:
        return str(money.parse_amount(str(amount), currency)) if amount is not None else ""
    except Refused:
        return str(amount)


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class Files(forms.FileField):
    """Any number of files. Each is judged by itself later, so that one bad file never stops the others."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return list(data or ())


class EvidenceForm(forms.Form):
    """Several files in one go, and what they show."""

    caption = PlainText(
        most=CAPTION, long=False, required=False, label=_("What do they show?"),
        help_text=_("A few words, such as “crack in the lid”."),
    )  # fmt: skip
    files = Files(label=_("Add photos, a video or a PDF"), required=False)  # type: ignore[assignment]

    @property
    def uploads(self) -> list[Any]:
        return list(self.cleaned_data["files"])
