"""Which help pages there are, in which order, and the other words that people have for our things."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

BUYERS, SELLERS, MONEY, EVERYBODY = (
    _("For buyers"),
    _("For sellers"),
    _("About money"),
    _("For everybody"),
)
GROUPS = (BUYERS, SELLERS, MONEY, EVERYBODY)


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its words are in `templates/help/pages/<slug>.html`, in sections."""

    slug: str
    group: Any
    title: Any
    summary: Any
    beside: tuple[str, ...]

    @property
    def template(self) -> str:
        return f"help/pages/{self.slug}.html"


ALL = (
    Page(
        "disputes", BUYERS, _("What a dispute is, and when you can open one"),
        _("What it does for you, who can open one and until when, and how."),
        ("evidence", "silence", "refunds"),
    ),
    Page(
        "evidence", BUYERS, _("What evidence counts"),
        _("For each reason, what helps most. What files we take."),
        ("disputes", "deciding", "selling"),
    ),
    Page(
        "agreeing", BUYERS, _("Offers, returns and replacements"),
        _("How you two agree, who sends what and when, and when the money moves."),
        ("silence", "deciding", "refunds"),
    ),
    Page(
        "deciding", BUYERS, _("Escalation and decision"),
        _("When a mediator takes the case, what the mediator looks at, and what follows."),
        ("complaints", "evidence", "silence"),
    ),
    Page(
        "complaints", BUYERS, _("If you think that the decision is wrong"),
        _("The complaint, its review, the second look, and what there is after it."),
        ("coupons", "deciding", "dates"),
    ),
    Page(
        "selling", SELLERS, _("When a buyer opens a dispute"),
        _("Answering in time, how to win honestly, returns, and complaints."),
        ("evidence", "agreeing", "complaints"),
    ),
    Page(
        "refunds", MONEY, _("Where your refund is"),
        _("Card, wallet, closed order: when it comes, and what we do when it is late."),
        ("coupons", "dates", "agreeing"),
    ),
    Page(
        "coupons", MONEY, _("Coupons"),
        _("When you get one, in how many parts, and until when it is valid."),
        ("complaints", "refunds", "mails"),
    ),
    Page(
        "silence", EVERYBODY, _("What happens when nobody answers"),
        _("Every clock, how long it runs, and what it does at its end."),
        ("dates", "agreeing", "deciding"),
    ),
    Page(
        "dates", EVERYBODY, _("How to read “Why this date?”"),
        _("How we count days and working days, and why a date can get later."),
        ("silence", "refunds", "complaints"),
    ),
    Page(
        "mails", EVERYBODY, _("Is this mail from us?"),
        _("What our mails hold, what they never ask for, and how to check one."),
        ("coupons", "disputes"),
    ),
)  # fmt: skip
BY_SLUG = {page.slug: page for page in ALL}


@dataclass(frozen=True, slots=True)
class OtherWord:
    """What the trade calls a thing, separated by commas; what we call it; and where it is explained."""

    theirs: Any
    ours: Any
    slug: str
    section: str


OTHER_WORDS = (
    OtherWord(
        _("appeal, objection, protest, second instance, revision"), _("complaint"), "complaints", "complain",
    ),
    OtherWord(
        _("aggravate, aggravation, arbitration, arbitrate, intervention, involve the platform"), _("escalation"),
        "deciding", "escalate",
    ),
    OtherWord(_("claim, case, ticket, quarrel, conflict"), _("dispute"), "disputes", "what"),
    OtherWord(
        _("chargeback, charge back, money back, reimbursement, repayment, payback"), _("refund"), "refunds", "when",
    ),
    OtherWord(_("judgement, judgment, verdict, ruling, resolution"), _("decision"), "deciding", "decision"),
    OtherWord(_("judge, arbiter, arbitrator, moderator"), _("mediator"), "deciding", "mediator"),
    OtherWord(_("voucher, gift card, promo code, discount code, bonus"), _("coupon"), "coupons", "what"),
    OtherWord(_("proof, photos, pictures, video, screenshot"), _("evidence"), "evidence", "files"),
    OtherWord(_("proposal, bargain, haggle"), _("offer"), "agreeing", "offers"),
    OtherWord(_("send back, ship back"), _("return"), "agreeing", "returns"),
    OtherWord(_("exchange, swap, resend"), _("replacement"), "agreeing", "replacements"),
    OtherWord(_("timer, countdown, time limit, due date, term"), _("clock"), "silence", "clocks"),
    OtherWord(_("cancel the dispute, take back, revoke the dispute"), _("withdrawal"), "disputes", "withdraw"),
    OtherWord(_("scam, phishing, spam, fake mail, fraud"), _("mail"), "mails", "check"),
    OtherWord(_("reopen, second look, survey, rating"), _("feedback"), "complaints", "feedback"),
    OtherWord(_("escrow, frozen money, held money"), _("money that is held"), "refunds", "held"),
)  # fmt: skip
