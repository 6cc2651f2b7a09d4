"""Whose turn it is: the block that stands first on every page of a dispute."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from core.models import Deadline, DeadlineState
from core.templatetags import timewords
from disputes.models import Dispute
from disputes.reading import clocks, terms
from disputes.states import TURN_CLOCKS, Kind, Outcome, Party
from disputes.states import DisputeState as S

YOU, OTHER, OVERDUE, DONE = "you", "other", "overdue", "done"
TONES = {YOU: "act", OVERDUE: "overdue", DONE: "money-in", OTHER: ""}


@dataclass(frozen=True, slots=True)
class Turn:
    """Who must act (`turn`: you, other, overdue, done), the headline, and the one next step.

    `target` marks our own target and `late` that we have missed it.
    `step` names the step's address and `step_words` its button; a step of "#…" is a place on the page.
    """

    turn: str
    label: str
    title: str
    text: str = ""
    step: str = ""
    step_words: str = ""
    clock: Deadline | None = None
    consequence: str = ""
    target: bool = False
    late: bool = False

    @property
    def rule(self) -> str:
        """The setting of the policy that the clock follows."""
        return str(self.clock.explanation.get("rule", "")) if self.clock else ""

    @property
    def tone(self) -> str:
        return TONES[self.turn]


def turn_of(dispute: Dispute, side: str) -> Turn:
    """The turn as this side reads it, from the state and the clock at the moment of reading."""
    if not dispute.is_open:
        return _ended(dispute, side)
    clock = clocks.running(dispute, side)
    if clock is not None and clock.kind in TURN_CLOCKS and clock.passed(_now(dispute)):
        return _passed(dispute, side, clock)
    words = _WORDS[dispute.state](dispute, side)
    settlement = dispute.hand.settlement
    proposal = dispute.deadline(Kind.SETTLEMENT_PROPOSAL) if side == Party.SELLER else None
    over = proposal if proposal is not None and proposal.passed(_now(dispute)) else None
    if over is not None:
        proposal = None
    if clock is not None and clock.kind == clocks.OWN_QUESTION.get(Party(side)):
        if clock.passed(_now(dispute)):
            clock, over = None, clock
        else:
            words = _asked(dispute)
    if settlement is not None and settlement.is_agreed:
        words = _settling(dispute, side)
    elif words[0] == OTHER and proposal is not None:
        words = _proposed(dispute)
    elif words[0] == OTHER and over is not None:
        return _passed(dispute, side, over)
    turn, title, text, step, step_words = words
    label = _("It is your turn") if turn == YOU else _waiting_for(dispute, side)
    if turn == YOU and proposal is not None:
        clock, more = _beside_proposal(dispute, clock, proposal, step)
        text = f"{text} {more}"
    kind = clock.kind if clock else ""
    return Turn(
        turn, label, title, text, step, step_words, clock, clocks.consequence(dispute, kind, side) if clock else "",
        clocks.is_target(kind), clocks.is_late(dispute, kind),
    )  # fmt: skip


Words = tuple[str, str, str, str, str]


def _beside_proposal(
    dispute: Dispute, clock: Deadline | None, proposal: Deadline, step: str
) -> tuple[Deadline | None, str]:
    """Where a settlement is proposed too: the end that comes first stands on top, the text names the other."""
    if step != "#settlement":
        settlement = dispute.hand.settlement
        assert settlement is not None
        facts = {
            "amount": terms.amount(dispute, settlement.amount),
            "until": timewords.moment(proposal.due_at),
        }
        return clock, _(
            "The buyer also proposes to close the dispute once %(amount)s is refunded;"
            " you can agree to that until %(until)s."
        ) % facts
    if clock is None or clock.state == DeadlineState.PAUSED or proposal.due_at <= clock.due_at:
        own = (
            clock is not None and clock.kind in TURN_CLOCKS and clock.state != DeadlineState.PAUSED
        )
        words = _("Your time to agree on the dispute ends %(until)s.") if own else ""
        return proposal, words % {"until": timewords.moment(clock.due_at)} if own and clock else ""
    return clock, _("You can agree to the proposal until %(until)s.") % {
        "until": timewords.moment(proposal.due_at)
    }


def _now(dispute: Dispute) -> Any:
    assert dispute.now is not None
    return dispute.now


def _waiting_for(dispute: Dispute, side: str) -> str:
    if dispute.deadline(Kind.SETTLEMENT) is not None:  # nobody may act, whatever stood open before
        return _("Money is on its way")
    asked = dispute.deadline(clocks.OWN_QUESTION[terms.other(side)])
    if asked is not None and not asked.passed(_now(dispute)):
        return _("It is the seller’s turn") if side == Party.BUYER else _("It is the buyer’s turn")
    if dispute.state in (S.ESCALATED, S.IN_MEDIATION, S.UNDER_COMPLAINT):
        return _("It is our turn")
    if dispute.state == S.DECIDED:
        return _("Decided")
    return _("It is the seller’s turn") if side == Party.BUYER else _("It is the buyer’s turn")


def _awaiting_seller(dispute: Dispute, side: str) -> Words:
    asked = terms.wanted(dispute, side)
    if side == Party.SELLER:
        title = _("Answer the buyer’s request: %(asked)s") % {"asked": asked}
        text = _("You can accept it, offer something else, or reject it and say why.")
        return YOU, title, text, "#offers", _("See the request and answer")
    title = _("%(store)s has to answer your request") % {"store": terms.party(dispute, side)}
    return (
        OTHER,
        title,
        _("You asked for: %(asked)s. You need do nothing now.") % {"asked": asked},
        "",
        "",
    )


def _negotiating(dispute: Dispute, side: str) -> Words:
    mine, theirs = terms.offer_of(dispute, side), terms.offer_of(dispute, terms.other(side))
    who = terms.party(dispute, side)
    if not spoke_last(dispute, side):
        if theirs is None:
            title = _("The seller rejected your request. What now?")
            text = _("You can offer something else, or ask a mediator to decide.")
            return YOU, title, text, "#offers", _("See your options")
        facts = {"terms": terms.in_short(dispute, theirs, side)}
        title = (
            _("Answer the seller’s offer: %(terms)s")
            if side == Party.BUYER
            else _("Answer the buyer’s offer: %(terms)s")
        ) % facts
        text = _("You can accept it, offer something else, or ask a mediator to decide.")
        return YOU, title, text, "#offers", _("Compare and answer")
    if mine is None:
        return (
            OTHER,
            _("You rejected the request; the buyer can answer"),
            _("You can still make an offer."),
            "",
            "",
        )
    title = _("%(who)s can answer your offer") % {"who": who[:1].upper() + who[1:]}
    text = _("You offered: %(terms)s. You can change your offer at any time.") % {
        "terms": terms.in_short(dispute, mine, side)
    }
    return OTHER, title, text, "", ""


def spoke_last(dispute: Dispute, side: str) -> bool:
    """Whether the reader made the latest move of the negotiation, so that the other side is to answer."""
    return dispute.spoke_last == side


def _awaiting_return(dispute: Dispute, side: str) -> Words:
    facts = {"amount": terms.after_return(dispute)}
    if side == Party.BUYER:
        title = _("Send it back and give us the tracking number: then you get %(amount)s") % facts
        payer = (
            _("The seller pays the postage.")
            if dispute.postage_payer == Party.SELLER
            else _("You pay the postage.")
        )
        return (
            YOU,
            title,
            payer + " " + _("Keep the receipt of the parcel."),
            "ship_return",
            _("Enter the tracking number"),
        )
    title = _("The buyer has to send it back first")
    return (
        OTHER,
        title,
        _("Once you have it and it is complete, the buyer gets %(amount)s.") % facts,
        "",
        "",
    )


def _return_in_transit(dispute: Dispute, side: str) -> Words:
    facts = {"amount": terms.after_return(dispute)}
    arrived = dispute.deadline(Kind.RETURN_CONFIRM) is not None
    if side == Party.SELLER:
        if arrived:
            title = _("Check what came back: is it complete?")
            return (
                YOU,
                title,
                _("If you confirm it, the buyer gets %(amount)s.") % facts,
                "#return",
                _("Confirm or contest"),
            )
        return (
            YOU,
            _("Tell us when the return arrives"),
            _("It is on its way to you."),
            "#return",
            _("It has arrived"),
        )
    if arrived:
        title = _("Your return has arrived; the seller checks it")
        return OTHER, title, _("Then you get %(amount)s.") % facts, "", ""
    return (
        OTHER,
        _("Your return is on its way"),
        _("When the seller has it and it is complete, you get %(amount)s.") % facts,
        "",
        "",
    )


def _awaiting_replacement(dispute: Dispute, side: str) -> Words:
    if side == Party.SELLER:
        return (
            YOU,
            _("Send the replacement and give us the tracking number"),
            _("Keep the receipt of the parcel: it shows that you sent it."),
            "ship_replacement",
            _("Enter the tracking number"),
        )
    title = _("%(store)s has to send your replacement") % {"store": terms.party(dispute, side)}
    return OTHER, title, _("We tell you as soon as it is on its way."), "", ""


def _replacement_in_transit(dispute: Dispute, side: str) -> Words:
    arrived = dispute.deadline(Kind.REPLACEMENT_CONFIRM) is not None
    if side == Party.BUYER:
        if arrived:
            return (
                YOU,
                _("Check the replacement: is it complete and right?"),
                _("If something is wrong, or nothing came, say so: a mediator then decides."),
                "#return",
                _("Confirm or contest"),
            )
        return (
            YOU,
            _("Tell us when the replacement arrives"),
            _("It is on its way to you."),
            "#return",
            _("It has arrived"),
        )
    if arrived:
        title = _("The replacement has arrived; the buyer checks it")
        return OTHER, title, _("You need do nothing now."), "", ""
    return (
        OTHER,
        _("Your replacement is on its way to the buyer"),
        _("When the carrier says that it was delivered, record it here."),
        "#return",
        _("It was delivered"),
    )


def _escalated(dispute: Dispute, side: str) -> Words:
    title = _("A mediator will take the case")
    late = (
        _("This takes longer than we promised. Your case is at the top of the queue. ")
        if dispute.overdue_at
        else ""
    )
    return (
        OTHER,
        title,
        late + _("You need do nothing. You can still add evidence and write messages."),
        "",
        "",
    )


def _in_mediation(dispute: Dispute, side: str) -> Words:
    title = _("A mediator is deciding")
    late = (
        _("The decision is later than we promised; an administrator was told. ")
        if dispute.overdue_at
        else ""
    )
    return (
        OTHER,
        title,
        late + _("You need do nothing. You can still add evidence and write messages."),
        "",
        "",
    )


def _asked(dispute: Dispute) -> Words:
    title = _("Answer the mediator’s question")
    return YOU, title, _("Answer in words, with evidence, or both."), "answer", _("Read and answer")


def _proposed(dispute: Dispute) -> Words:
    settlement = dispute.hand.settlement
    assert settlement is not None
    title = _("Answer the buyer’s settlement: close once %(amount)s is refunded") % {
        "amount": terms.amount(dispute, settlement.amount)
    }
    return (
        YOU,
        title,
        _("If you agree, the refund is requested at once and the dispute stands still."),
        "#settlement",
        _("See the proposal"),
    )


def _settling(dispute: Dispute, side: str) -> Words:
    settlement = dispute.hand.settlement
    assert settlement is not None
    title = _("%(amount)s is being refunded; then the dispute closes") % {
        "amount": terms.amount(dispute, settlement.amount)
    }
    return OTHER, title, _("Everything else stands still until then."), "", ""


def _decided(dispute: Dispute, side: str) -> Words:
    title = _("The mediator has decided: %(terms)s") % {
        "terms": terms.in_short(dispute, dispute, side)
    }
    return (
        OTHER,
        title,
        _("Read the reasons below. The decision becomes final at the end of this clock."),
        "#decision",
        _("Read the decision"),
    )


def _under_complaint(dispute: Dispute, side: str) -> Words:
    late = _("The review is later than we promised. ") if dispute.overdue_at else ""
    text = _("Somebody who did not decide it looks at everything again. You need do nothing.")
    return OTHER, _("The decision is being reviewed"), late + text, "", ""


_WORDS: dict[str, Callable[[Dispute, str], Words]] = {
    S.AWAITING_SELLER: _awaiting_seller, S.NEGOTIATING: _negotiating, S.AWAITING_RETURN: _awaiting_return,
    S.RETURN_IN_TRANSIT: _return_in_transit, S.ESCALATED: _escalated, S.IN_MEDIATION: _in_mediation,
    S.AWAITING_REPLACEMENT: _awaiting_replacement, S.REPLACEMENT_IN_TRANSIT: _replacement_in_transit,
    S.DECIDED: _decided,
    S.UNDER_COMPLAINT: _under_complaint,
}  # fmt: skip


def _passed(dispute: Dispute, side: str, clock: Deadline) -> Turn:
    """The time is over and the clock is about to move the case: nobody can act any more."""
    return Turn(
        OVERDUE, _("Time is up"), _("The time for this step is over"),
        _("What the rules say for this is being done right now. Look again in a minute."),
        clock=clock, consequence=clocks.consequence(dispute, clock.kind, side),
    )  # fmt: skip


def _ended(dispute: Dispute, side: str) -> Turn:
    buyer = side == Party.BUYER
    facts = {
        "amount": terms.amount(dispute, dispute.final_amount),
        "terms": terms.in_short(dispute, dispute, side),
    }
    titles: dict[str, str] = {
        Outcome.AGREED: _("You both agreed: %(terms)s"),
        Outcome.SELLER_SILENT: _("The seller did not answer, so you get %(amount)s")
        if buyer
        else _("You did not answer, so %(amount)s goes back to the buyer"),
        Outcome.RETURN_CONFIRMED: _("The return is complete: %(amount)s goes back to you")
        if buyer
        else _("You confirmed the return: %(amount)s goes back to the buyer"),
        Outcome.RETURN_UNANSWERED: _("The seller did not check the return, so you get %(amount)s")
        if buyer
        else _("You did not check the return, so %(amount)s goes back to the buyer"),
        Outcome.RETURN_NOT_SENT: _("Nothing was sent back in time: no refund"),
        Outcome.REPLACED: _("Replaced: you have the replacement")
        if buyer
        else _("Replaced: the buyer has the replacement"),
        Outcome.REPLACEMENT_NOT_SENT: _("No replacement was sent, so you get %(amount)s")
        if buyer
        else _("You sent no replacement, so %(amount)s goes back to the buyer"),
        Outcome.REPLACEMENT_LOST: _("The replacement did not arrive, so you get %(amount)s")
        if buyer
        else _("The replacement did not arrive, so %(amount)s goes back to the buyer"),
        Outcome.DECIDED_ALL: _("The decision is final: %(terms)s"),
        Outcome.DECIDED_PART: _("The decision is final: %(terms)s"),
        Outcome.DECIDED_NONE: _("The decision is final: no refund"),
        Outcome.WITHDRAWN: _("You withdrew the dispute")
        if buyer
        else _("The buyer withdrew the dispute"),
        Outcome.SETTLED: _("Settled: %(amount)s came back in time")
        if buyer
        else _("Settled: %(amount)s was refunded in time"),
    }
    text = (
        _("A dispute on an order can be opened only once.")
        if dispute.outcome == Outcome.WITHDRAWN and buyer
        else ""
    )
    return Turn(
        DONE,
        _("This dispute is over"),
        titles.get(dispute.outcome, _("This dispute is over")) % facts,
        text,
    )


def badge_of(dispute: Dispute, side: str) -> dict[str, Any]:
    """State in words with its tone, for lists and page heads."""
    if side == Party.PLATFORM:
        ours = dispute.state in (S.ESCALATED, S.IN_MEDIATION)
        tone = "overdue" if dispute.overdue_at else "act" if ours else ""
    else:
        tone = turn_of(dispute, side).tone
    return {"state": dispute.state, "label": dispute.get_state_display(), "tone": tone}
