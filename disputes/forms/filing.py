"""The questionnaire: one page, one form."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core import clock, money
from disputes import questionnaire
from disputes.forms.fields import PAYERS, Money, PlainText, refused, typed
from disputes.selectors import eligibility
from disputes.states import Party, PostagePayer, Reason, Wanted
from orders.models import Order

YES, NO = "yes", "no"
LANGUAGES = [
    ("en", "English"), ("es", "Español"), ("pt", "Português"), ("ru", "Русский"), ("zh", "中文"),
    ("ar", "العربية"), ("de", "Deutsch"), ("fr", "Français"), ("it", "Italiano"), ("nl", "Nederlands"),
    ("pl", "Polski"), ("", _("Another")),
]  # fmt: skip


class QuestionForm(forms.Form):
    """A page of the questionnaire about one order. `answers` are those given so far."""

    def __init__(self, *args: Any, order: Order, answers: dict[str, Any], **options: Any) -> None:
        self.order, self.answers = order, answers
        super().__init__(*args, **options)
        self.build()

    def build(self) -> None:
        """Add what depends on the order and on the answers so far."""

    def kept(self) -> dict[str, Any]:
        """What is saved as the page's answers, good or not: nothing typed is lost."""
        return {name: self.as_typed(name) for name in self.fields}

    def as_typed(self, name: str, most: int = 60) -> str:
        return str(self.data.get(name) or "").replace("\0", "")[:most]


class ReceivedForm(QuestionForm):
    received = forms.ChoiceField(
        label=_("Did the order arrive?"), choices=[(YES, _("Yes")), (NO, _("No"))], widget=forms.RadioSelect,
        error_messages={"required": _("Choose yes or no.")},
    )  # fmt: skip

    def build(self) -> None:
        if isinstance(self.answers.get("received"), bool):
            self.initial.setdefault("received", YES if self.answers["received"] else NO)

    def clean_received(self) -> bool:
        received: bool = self.cleaned_data["received"] == YES
        if (
            not received
            and (no := eligibility.why_not_missing(self.order, clock.now())) is not None
        ):
            raise refused(no.refusal())
        return received

    def kept(self) -> dict[str, Any]:
        return (
            {"received": self.cleaned_data["received"]} if "received" in self.cleaned_data else {}
        )


class ReasonForm(QuestionForm):
    reason = forms.ChoiceField(
        label=_("What is wrong?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what fits best.")},
    )

    def build(self) -> None:
        offered = eligibility.reasons(self.order, bool(self.answers.get("received")), clock.now())
        self.fields["reason"].choices = [(r.value, r.label) for r in offered]  # type: ignore[attr-defined]
        self.initial.setdefault("reason", self.answers.get("reason"))

    def kept(self) -> dict[str, Any]:
        reason = self.data.get("reason", "")
        return {"reason": reason} if reason in Reason.values else {}


class StoryForm(QuestionForm):
    language = forms.ChoiceField(
        label=_("Language of your text"), choices=LANGUAGES, required=False
    )

    def build(self) -> None:
        self.most = int(self.order.policy.get("description_max_chars"))
        self.fields["story"] = PlainText(
            most=self.most, label=_("What happened?"),
            help_text=_("In your own language. Say what you expected, what came, and when you noticed."),
            error_messages={"required": _("Say in your own words what happened.")},
        )  # fmt: skip
        self.order_fields(["story", "language"])
        language = (get_language() or "en")[:2]
        self.initial.setdefault("story", self.answers.get("story", ""))
        self.initial.setdefault("language", self.answers.get("language", language))

    def kept(self) -> dict[str, Any]:
        story = self.cleaned_data.get("story", self.as_typed("story", 30_000))
        return {"story": story, "language": self.cleaned_data.get("language", "")}


class WantedForm(QuestionForm):
    wanted = forms.ChoiceField(
        label=_("What do you want?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you want.")},
    )

    def build(self) -> None:
        order, received = self.order, bool(self.answers.get("received"))
        wishes = [(w, Wanted(w).label) for w in questionnaire.wishes(received)]
        self.fields["wanted"].choices = wishes  # type: ignore[attr-defined]
        most = money.format_amount(order.refundable, order.currency)
        self.fields["amount"] = Money(
            currency=order.currency, most=order.refundable, least=Decimal(0), label=_("How much do you want back?"),
            help_text=_("At most %(most)s can come back on this order.") % {"most": most},
            error_messages={"required": _("Write an amount.")},
        )  # fmt: skip
        if received:
            self.fields["postage_payer"] = forms.ChoiceField(
                label=_("If you send it back, who should pay the postage?"), choices=PAYERS[Party.BUYER],
                widget=forms.RadioSelect, required=False,
            )  # fmt: skip
        self.initial.setdefault("wanted", self.answers.get("wanted"))
        self.initial.setdefault(
            "amount", typed(self.answers.get("amount", order.refundable), order.currency)
        )
        self.initial.setdefault(
            "postage_payer", self.answers.get("postage_payer") or PostagePayer.SELLER
        )

    def kept(self) -> dict[str, Any]:
        amount = self.cleaned_data.get("amount")
        answers = {
            "wanted": self.as_typed("wanted", 16),
            "amount": self.as_typed("amount") if amount is None else str(amount),
        }
        if payer := self.as_typed("postage_payer", 8):
            answers["postage_payer"] = payer
        return answers
