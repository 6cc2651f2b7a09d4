"""What each move on a dispute asks of the party that makes it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import money
from disputes.forms.fields import PAYERS, SHORT, EvidenceForm, Money, PlainText, typed
from disputes.models import Dispute
from disputes.reading import settling
from disputes.selectors import refunds
from disputes.states import Party, PostagePayer
from orders import tracking


class MoveForm(forms.Form):
    """What a move asks. `dispute` is the page's, `side` the mover's. Without fields it only asks whether."""

    def __init__(self, *args: Any, dispute: Dispute, side: str, **options: Any) -> None:
        self.dispute, self.side = dispute, side
        super().__init__(*args, **options)
        self.build()

    def build(self) -> None:
        """Add the fields that depend on the case."""

    @property
    def most(self) -> int:
        return int(self.dispute.policy.get("message_max_chars"))


class RejectForm(MoveForm):
    def build(self) -> None:
        self.fields["answer"] = PlainText(
            most=self.most, label=_("Why do you reject it?"),
            help_text=_("The buyer reads this, and a mediator if it comes to that. Facts convince."),
            error_messages={"required": _("Say why you reject the request.")},
        )  # fmt: skip


class OfferForm(MoveForm):
    """Terms: money, what happens to the goods, postage, a replacement, a note."""

    KEEP, BACK, NEW, SWAP = "keep", "back", "new", "swap"

    def build(self) -> None:
        buyer, currency = self.side == Party.BUYER, self.dispute.currency
        most = money.format_amount(self.dispute.at_most, currency)
        bounds = _("From 0 to %(most)s.") % {"most": most}
        if self.dispute.refund_requested:
            before = money.format_amount(self.dispute.refund_requested, currency)
            counted = _("%(before)s was already refunded in this dispute and counts toward it.")
            bounds = f"{bounds} {counted % {'before': before}}"
        self.fields["amount"] = Money(
            currency=currency, most=self.dispute.at_most, help_text=bounds,
            label=_("How much do you want back?") if buyer else _("How much do you give back?"),
            error_messages={"required": _("Write an amount.")},
        )  # fmt: skip
        self.fields["goods"] = forms.ChoiceField(
            label=_("What happens to the goods?"), widget=forms.RadioSelect, initial=self.KEEP,
            choices=self._goods(buyer),
        )  # fmt: skip
        if self.dispute.received:
            self.fields["postage_payer"] = forms.ChoiceField(
                label=_("Who pays the postage, if they go back?"), choices=PAYERS[self.side], required=False,
                widget=forms.RadioSelect, initial=PostagePayer.SELLER,
            )  # fmt: skip
        self.fields["note"] = PlainText(
            most=self.most, required=False, label=_("A note beside the offer")
        )
        self._as_it_stands()

    def _goods(self, buyer: bool) -> list[tuple[str, Any]]:
        """What can become of the goods; of those that never came, only whether new ones are sent."""
        again = _("I get a replacement") if buyer else _("I send a replacement")
        if not self.dispute.received:
            nothing = _("Nothing more is sent; it is about the money only")
            return [(self.KEEP, nothing), (self.NEW, again)]
        keep = _("I keep the goods") if buyer else _("The buyer keeps the goods")
        back = (
            _("I send the goods back first") if buyer else _("The buyer sends the goods back first")
        )
        swap = (
            _("I send the goods back first and get a replacement")
            if buyer
            else _("The buyer sends the goods back first and gets a replacement")
        )
        return [(self.KEEP, keep), (self.BACK, back), (self.NEW, again), (self.SWAP, swap)]

    def _as_it_stands(self) -> None:
        """The mover's own standing offer is what they change."""
        mine = next((offer for offer in self.dispute.hand.offers if offer.party == self.side), None)
        if mine is None:
            return
        goods = AS_GOODS[mine.return_required, mine.replacement]
        now: dict[str, Any] = {
            "amount": typed(mine.amount, self.dispute.currency),
            "goods": goods,
            "note": mine.note,
        }
        if mine.postage_payer:
            now["postage_payer"] = mine.postage_payer
        self.initial = {**now, **self.initial}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("goods") in (self.BACK, self.SWAP):
            if not data.get("postage_payer"):
                self.add_error("postage_payer", _("Say who pays the postage of the return."))
            if data["goods"] == self.BACK and data.get("amount") == 0:
                self.add_error(
                    "amount", _("A return makes sense only with a refund. Write an amount.")
                )
        return data

    def terms(self) -> dict[str, Any]:
        """What the service takes."""
        data, goods = self.cleaned_data, self.cleaned_data["goods"]
        back, again = goods in (self.BACK, self.SWAP), goods in (self.NEW, self.SWAP)
        return {
            "amount": data["amount"], "return_required": back, "replacement": again,
            "postage_payer": data["postage_payer"] if back else "", "note": data["note"],
        }  # fmt: skip


AS_GOODS = {
    (False, False): OfferForm.KEEP, (True, False): OfferForm.BACK, (False, True): OfferForm.NEW,
    (True, True): OfferForm.SWAP,
}  # fmt: skip
"""What becomes of the goods, by whether they go back and whether new ones come."""


class ShipForm(MoveForm, EvidenceForm):
    """Carrier and number of a parcel, and photos of it. A number that its check digit belies is asked about."""

    caption = None  # type: ignore[assignment]
    carrier = PlainText(
        most=SHORT, long=False, label=_("Carrier"), help_text=_("Such as DHL or Correos."),
        error_messages={"required": _("Name the carrier: it stands on the receipt.")},
    )  # fmt: skip
    tracking_number = PlainText(
        most=64, long=False, label=_("Tracking number"),
        help_text=_("It stands on the receipt of the parcel. Capitals and blanks do not matter."),
        error_messages={"required": _("Write the tracking number: it stands on the receipt.")},
    )  # fmt: skip

    def build(self) -> None:
        number = str(self.data.get("tracking_number", ""))
        if tracking.is_mistyped(number):
            doubt = _(
                "One figure of %(number)s seems to be mistyped: its check digit does not fit."
                " Correct it, or tick this if it stands exactly so on your receipt."
            )
            self.fields["exact"] = forms.BooleanField(
                label=_("It stands exactly like this on my receipt."),
                error_messages={"required": doubt % {"number": tracking.tidy(number)}},
            )
        self.order_fields(["carrier", "tracking_number", "exact", "files"])


class ContestForm(MoveForm):
    def build(self) -> None:
        self.fields["contest"] = PlainText(
            most=self.most, label=_("What is wrong with what came back?"),
            help_text=_("Both the buyer and a mediator read this. Add photos as evidence too."),
            error_messages={"required": _("Say what is wrong with the return.")},
        )  # fmt: skip


class ContestReplacementForm(MoveForm):
    def build(self) -> None:
        self.fields["contest"] = PlainText(
            most=self.most, label=_("What is wrong with what came, or did nothing come?"),
            help_text=_("Both the seller and a mediator read this. Add photos as evidence too."),
            error_messages={"required": _("Say what is wrong with the replacement.")},
        )  # fmt: skip


class AnswerForm(MoveForm, EvidenceForm):
    """The answer to the mediator: words, files, or both."""

    caption = None  # type: ignore[assignment]

    def build(self) -> None:
        self.fields["answer"] = PlainText(most=self.most, required=False, label=_("Your answer"))
        self.order_fields(["answer", "files"])


class SettleForm(MoveForm):
    """The sum and the day of a conditional settlement; the day counts to its end in the reader's zone."""

    def build(self) -> None:
        currency, order = self.dispute.currency, self.dispute.order
        self.days = self.dispute.policy.days("settlement_max_days")
        self.fields["amount"] = Money(
            currency=currency, most=order.refundable, least=Decimal(0), label=_("What should come back?"),
            initial=typed(min(self.dispute.amount_asked, order.refundable), currency),
            error_messages={"required": _("Write an amount.")},
        )  # fmt: skip
        today, last = timezone.localdate(self.dispute.now), self.days - 1
        limits = {"type": "date", "min": str(today), "max": str(today + timedelta(days=last))}
        expected = refunds.expected_by(self.dispute, order.refundable)
        hint: Any = _("The money is there at once, whatever day you choose.")
        if expected is not None:
            hint = _(
                "A refund to the card is expected by %(day)s. If your day comes before it, the dispute may go on"
                " although the money is on its way."
            ) % {"day": settling.last_day(expected)}
        self.fields["day"] = forms.DateField(
            label=_("By the end of which day?"), initial=today + timedelta(days=min(25, last)), help_text=hint,
            widget=forms.DateInput(format="%Y-%m-%d", attrs=limits),
            error_messages={"required": _("Choose a day."), "invalid": _("Choose a day from the calendar.")},
        )  # fmt: skip

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        assert self.dispute.now is not None
        today = timezone.localdate(self.dispute.now)
        if not today <= day < today + timedelta(days=self.days):
            raise forms.ValidationError(
                _("Choose a day within %(days)d days."), params={"days": self.days}
            )
        return day

    @property
    def by(self) -> datetime:
        """The first moment after the chosen day."""
        return timezone.make_aware(
            datetime.combine(self.cleaned_data["day"] + timedelta(days=1), time())
        )


class WithdrawForm(MoveForm):
    sure = forms.BooleanField(
        label=_("I understand: I cannot open a dispute on this order again."),
        error_messages={"required": _("Tick this if you are sure.")},
    )


class MessageForm(MoveForm):
    def build(self) -> None:
        self.fields["body"] = PlainText(
            most=self.most, label=_("Your message"), error_messages={"required": _("Write a message first.")},
            help_text=_("Write in your own language. A message does not answer an offer."),
        )  # fmt: skip


class ExactForm(MoveForm):
    """The page's own offer or proposal, so that nothing else can be agreed to by mistake."""

    exactly = forms.IntegerField(min_value=1, max_value=2**62, widget=forms.HiddenInput)
