"""Every move that a party can make on a dispute: when it is offered, what it costs, what it asks, what it does.

The page lists exactly those whose transition is allowed now. Each has an address of its own, which asks the
question again (the way without scripts) and takes the answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import transitions
from core.errors import Refused
from disputes import forms, services
from disputes.reading import terms
from disputes.services.evidence import PURPOSE, receive_all
from disputes.states import Party, SettlementState
from disputes.views import consequences
from disputes.views.common import Reader
from evidence import services as files

_L = gettext_lazy
Words = Any
"""A lazy sentence, or a function of the reader that says it with the amounts of the case."""
Run = Callable[[Reader, Any], Any]


@dataclass(frozen=True, slots=True)
class Move:
    """`needs`: any of these transitions is allowed. `label` opens the question, `yes` answers it.

    `text` is the consequence, said before; `done` what the toast says after. `also` is one more condition
    on loaded rows (whose offer it is, say). `files` moves take uploads, which no transaction may span.
    """

    name: str
    needs: tuple[str, ...]
    title: Words
    text: Words
    label: Words
    yes: Words
    done: Words
    run: Run
    form: type[forms.MoveForm] = forms.MoveForm
    kind: str = ""
    also: Callable[[Reader], bool] | None = None
    exactly: Callable[[Reader], int | None] | None = None
    files: bool = False

    @property
    def url_name(self) -> str:
        return f"disputes:{self.name}"

    def say(self, what: Words, reader: Reader) -> str:
        return str(what(reader)) if callable(what) else str(what)


def possible(move: Move, reader: Reader, allowed: list[str] | None = None) -> bool:
    """Whether this reader can make the move at this moment."""
    names = transitions.allowed(reader.dispute, reader.actor) if allowed is None else allowed
    return any(name in names for name in move.needs) and (move.also is None or move.also(reader))


def _ids(reader: Reader) -> dict[str, Any]:
    return {"dispute_id": reader.dispute.pk, "actor": reader.actor}


def _amount(reader: Reader, value: Any) -> str:
    return terms.amount(reader.dispute, value)


def _their_key(reader: Reader) -> int | None:
    offer = consequences.theirs(reader)
    return offer.pk if offer else None


def _settlement_key(reader: Reader) -> int | None:
    settlement = reader.dispute.hand.settlement
    return settlement.pk if settlement else None


def _proposed(reader: Reader) -> bool:
    settlement = reader.dispute.hand.settlement
    return settlement is not None and settlement.state == SettlementState.PROPOSED


def _in_short(reader: Reader, offer: Any) -> str:
    return terms.in_short(reader.dispute, offer, reader.side) if offer else _("this offer")


def _accept_title(reader: Reader) -> str:
    return _("Accept %(terms)s?") % {"terms": _in_short(reader, consequences.theirs(reader))}


def _accept_label(reader: Reader) -> str:
    offer = consequences.theirs(reader)
    if offer is None or (offer.replacement and not offer.amount):
        return _("Accept")
    return _("Accept %(amount)s") % {"amount": _amount(reader, offer.amount)}


def _with_received(reader: Reader, form: Any, act: Callable[[list[int]], Any]) -> None:
    """Receive the files first (never inside a transaction), then act with their keys.

    It can be done only once, so one file that is not taken keeps the whole back: nobody finds out
    afterwards that a part of it never arrived. What was received is erased then; nothing points to it.
    """
    received, troubles = receive_all(
        form.uploads, uploader_id=reader.actor.user_id, purpose=PURPOSE, subject=reader.dispute.reference,
        policy=reader.dispute.policy,
    )  # fmt: skip
    try:
        if troubles:
            kept_back = _(
                "Nothing was sent yet. Choose the files again, without what was not taken."
            )
            raise Refused(f"{' '.join(troubles)} {kept_back}", "files")
        act([file.pk for file in received])
    except Exception:
        for file in received:
            files.erase(file.pk, why="not attached")
        raise


def _answer(reader: Reader, form: Any) -> None:
    answer, ids = form.cleaned_data["answer"], _ids(reader)
    _with_received(
        reader,
        form,
        lambda keys: services.answer_evidence_request(**ids, answer=answer, file_ids=keys),
    )


def _ship(service: Callable[..., Any]) -> Run:
    """Post a parcel, with the photos of it."""

    def run(reader: Reader, form: Any) -> None:
        given = {name: form.cleaned_data[name] for name in ("carrier", "tracking_number")}
        _with_received(reader, form, lambda keys: service(**_ids(reader), **given, file_ids=keys))

    return run


ACCEPT_REQUEST = Move(
    "accept_request",
    ("accept_request", "accept_request_with_return", "accept_request_with_replacement"),
    _accept_title, consequences.accept,
    _accept_label, _L("Yes, accept"), _L("You accepted the request. Both of you get it in writing."),
    lambda r, f: services.accept_request(**_ids(r)),
)  # fmt: skip
REJECT = Move(
    "reject", ("reject_request",), _L("Reject the request"),
    _L("You say why. Both of you can then make offers, and either can ask a mediator to decide."),
    _L("Reject…"), _L("Reject and send the reason"), _L("You rejected the request. The buyer reads your reason."),
    lambda r, f: services.reject_request(**_ids(r), answer=f.cleaned_data["answer"]), forms.RejectForm,
)  # fmt: skip
OFFER = Move(
    "offer", ("make_offer",),
    lambda r: _("Change your offer") if terms.offer_of(r.dispute, r.side) else _("Offer something else"),
    _L("Your offer stands until you change it, the other side accepts it, or a mediator takes the case."),
    lambda r: _("Change your offer") if terms.offer_of(r.dispute, r.side) else _("Offer something else"),
    _L("Send this offer"), _L("Your offer was sent. It replaces any earlier one."),
    lambda r, f: services.make_offer(**_ids(r), **f.terms()), forms.OfferForm,
)  # fmt: skip
ACCEPT_OFFER = Move(
    "accept_offer", ("accept_offer", "accept_offer_with_return", "accept_offer_with_replacement"),
    _accept_title, consequences.accept, _accept_label,
    _L("Yes, accept"), _L("You agreed. Both of you get it in writing."),
    lambda r, f: services.accept_offer(**_ids(r), offer_id=f.cleaned_data["exactly"]), forms.ExactForm,
    also=lambda r: consequences.theirs(r) is not None, exactly=_their_key,
)  # fmt: skip
ESCALATE = Move(
    "escalate",
    ("escalate",),
    _L("Ask a mediator to decide"),
    lambda r: (
        _(
            "Final: the offers end and you can no longer agree by yourselves. A mediator takes the"
            " case in about %(claim)d days and decides about %(decide)d days later."
        )
        % {
            "claim": r.dispute.policy.days("mediator_claim_days"),
            "decide": r.dispute.policy.days("decision_days"),
        }
    ),
    _L("Ask a mediator…"),
    _L("Yes, ask a mediator"),
    _L("A mediator will take the case. You need do nothing now."),
    lambda r, f: services.escalate_dispute(**_ids(r)),
)
SHIP = Move(
    "ship_return",
    ("ship_return",),
    _L("Enter the tracking number of your return"),
    _L("Without a tracking number nobody can show that it arrived. Keep the receipt."),
    _L("Enter the tracking number"),
    _L("I have sent it"),
    _L("Your return is on its way. We tell the seller."),
    _ship(services.ship_return),
    forms.ShipForm,
    files=True,
)
ARRIVED = Move(
    "return_arrived",
    ("record_return_delivery",),
    _L("Has the return arrived?"),
    consequences.return_arrived,
    _L("It has arrived"),
    _L("Yes, it has arrived"),
    _L("Noted. Now check what came back."),
    lambda r, f: services.record_return_delivery(**_ids(r)),
)
CONFIRM_RETURN = Move(
    "confirm_return",
    ("confirm_return", "confirm_return_and_replace"),
    _L("Is everything back, complete and as you sent it?"),
    consequences.confirm_return,
    _L("Confirm the return"),
    _L("Yes, it is complete"),
    lambda r: (
        _("You confirmed the return. Now send the replacement.")
        if r.dispute.replacement
        else _("You confirmed the return. The refund was requested.")
    ),
    lambda r, f: services.confirm_return(**_ids(r)),
)
CONTEST_RETURN = Move(
    "contest_return", ("contest_return",), _L("Say what is wrong with the return"),
    _L("A mediator then decides. Nothing is refunded until then."),
    _L("Contest it…"), _L("Send to a mediator"), _L("A mediator will look at it. Add photos as evidence."),
    lambda r, f: services.contest_return(**_ids(r), contest=f.cleaned_data["contest"]), forms.ContestForm,
)  # fmt: skip
SHIP_REPLACEMENT = Move(
    "ship_replacement",
    ("ship_replacement",),
    _L("Enter the tracking number of the replacement"),
    _L("Without a tracking number nobody can show that it was sent. Keep the receipt."),
    _L("Enter the tracking number"),
    _L("I have sent it"),
    _L("The replacement is on its way. We tell the buyer."),
    _ship(services.ship_replacement),
    forms.ShipForm,
    files=True,
)
REPLACEMENT_ARRIVED = Move(
    "replacement_arrived",
    ("record_replacement_delivery",),
    _L("Has the replacement arrived?"),
    lambda r: (
        (
            _(
                "From then you have %(days)d days to check it. If it is right, you can confirm it at once."
            )
            if r.side == Party.BUYER
            else _("Only when the carrier says so. The buyer then has %(days)d days to check it.")
        )
        % {"days": r.dispute.policy.days("replacement_confirm_days")}
    ),
    lambda r: _("It has arrived") if r.side == Party.BUYER else _("It was delivered"),
    lambda r: _("Yes, it has arrived") if r.side == Party.BUYER else _("Yes, it was delivered"),
    lambda r: (
        _("Noted. Now check what came.")
        if r.side == Party.BUYER
        else _("Noted. The buyer checks it now.")
    ),
    lambda r, f: services.record_replacement_delivery(**_ids(r)),
)
CONFIRM_REPLACEMENT = Move(
    "confirm_replacement",
    ("confirm_replacement",),
    _L("Do you have the replacement, complete and as it should be?"),
    consequences.confirm_replacement,
    _L("Confirm the replacement"),
    _L("Yes, it is right"),
    _L("You confirmed the replacement. The dispute is over."),
    lambda r, f: services.confirm_replacement(**_ids(r)),
)
CONTEST_REPLACEMENT = Move(
    "contest_replacement", ("contest_replacement",), _L("Say what is wrong with the replacement"),
    _L("Also where nothing came. A mediator then decides, and the money stays held until then."),
    _L("Contest it…"), _L("Send to a mediator"), _L("A mediator will look at it. Add photos as evidence."),
    lambda r, f: services.contest_replacement(**_ids(r), contest=f.cleaned_data["contest"]),
    forms.ContestReplacementForm,
)  # fmt: skip
ANSWER = Move(
    "answer", ("answer_evidence_request",), _L("Answer the mediator"),
    _L("The other side reads your answer too. You can answer once."),
    _L("Answer the mediator"), _L("Send the answer"), _L("Your answer was sent to the mediator."),
    _answer, forms.AnswerForm, files=True,
)  # fmt: skip
AGREE = Move(
    "agree_settlement",
    ("agree_settlement",),
    _L("Agree to this settlement?"),
    consequences.agree,
    _L("Agree"),
    _L("Yes, agree"),
    _L("You agreed. The refund was requested."),
    lambda r, f: services.agree_settlement(**_ids(r), settlement_id=f.cleaned_data["exactly"]),
    forms.ExactForm,
    also=_proposed,
    exactly=_settlement_key,
)
DECLINE = Move(
    "decline_settlement",
    ("decline_settlement",),
    _L("Decline this settlement?"),
    _L("The dispute goes on as if nothing had been proposed."),
    _L("Decline"),
    _L("Yes, decline"),
    _L("You declined. The dispute goes on."),
    lambda r, f: services.decline_settlement(**_ids(r), settlement_id=f.cleaned_data["exactly"]),
    forms.ExactForm,
    also=_proposed,
    exactly=_settlement_key,
)
TAKE_BACK = Move(
    "take_back_settlement",
    ("take_back_settlement",),
    _L("Take your proposal back?"),
    _L("The dispute goes on as if you had proposed nothing."),
    _L("Take it back"),
    _L("Yes, take it back"),
    _L("Your proposal was taken back."),
    lambda r, f: services.take_back_settlement(**_ids(r)),
    also=_proposed,
)
SETTLE = Move(
    "settle",
    ("propose_settlement",),
    _L("Close when the refund is recorded"),
    _L(
        "Did the seller promise you money? Do not withdraw. Propose that the dispute closes by"
        " itself once the refund is recorded here by a day that you choose. If it is not, the"
        " dispute goes on where it was, and you lose nothing."
    ),
    _L("Close when the money is there…"),
    _L("Propose this to the seller"),
    _L("Proposed. If the seller agrees, the refund is requested at once."),
    lambda r, f: services.propose_settlement(**_ids(r), amount=f.cleaned_data["amount"], by=f.by),
    forms.SettleForm,
)
WITHDRAW = Move(
    "withdraw",
    ("withdraw",),
    _L("Withdraw the dispute?"),
    consequences.withdraw,
    _L("Withdraw…"),
    _L("Withdraw for good"),
    _L("You withdrew the dispute."),
    lambda r, f: services.withdraw_dispute(**_ids(r)),
    forms.WithdrawForm,
    kind="danger",
)
MESSAGE = Move(
    "message",
    ("add_message",),
    _L("Write a message"),
    _L("It is kept with the case. A mediator can read it."),
    _L("Write a message"),
    _L("Send message"),
    _L("Your message was sent."),
    lambda r, f: services.send_message(**_ids(r), body=f.cleaned_data["body"]),
    forms.MessageForm,
)

MOVES: dict[str, Move] = {
    move.name: move
    for move in (
        ACCEPT_REQUEST, ACCEPT_OFFER, OFFER, REJECT, ANSWER, SHIP, ARRIVED, CONFIRM_RETURN, CONTEST_RETURN,
        SHIP_REPLACEMENT, CONFIRM_REPLACEMENT, REPLACEMENT_ARRIVED, CONTEST_REPLACEMENT,
        AGREE, DECLINE, TAKE_BACK, ESCALATE, SETTLE, WITHDRAW, MESSAGE,
    )
}  # fmt: skip
ELSEWHERE = frozenset(
    {
        "accept_request",
        "accept_offer",
        "offer",
        "message",
        "agree_settlement",
        "decline_settlement",
        "take_back_settlement",
        "answer",
    }
)
"""Moves that have their own place on the page: beside the offers, the settlement, the question, the messages."""
