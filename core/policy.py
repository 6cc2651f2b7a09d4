"""The numbers of the rules: every one is a named setting of a versioned policy.

A case keeps the version under which it was opened, so an edit never moves a clock that runs.
The defaults are those of the product's specification, section 10.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from core.errors import Refused

Unit = Literal[
    "days", "working days", "count", "bytes", "pixels", "seconds", "flag", "amount", "choice"
]


@dataclass(frozen=True, slots=True)
class Setting:
    """One number of the rules: its unit, its bounds (both included), and what it means to people."""

    name: str
    default: Any
    unit: Unit
    minimum: int
    maximum: int
    label: Any
    group: Any
    choices: tuple[tuple[str, Any], ...] = ()


ORDERS, COUPONS, DISPUTES, COMPLAINTS, EVIDENCE, STAFF = (
    _("Orders and money"),
    _("Coupons"),
    _("Disputes"),
    _("Complaints about decisions"),
    _("Evidence"),
    _("Staff targets"),
)
GATEWAYS = (
    ("file", _("File for the bank")),
    ("wallet", _("Wallet")),
    ("webhook", _("Call to the shop")),
)
YES_OR_NO = (("no", _("No")), ("yes", _("Yes")))

SETTINGS: dict[str, Setting] = {
    s.name: s
    for s in (
        Setting("payment_days", 3, "days", 1, 60, _("An order waits for its payment"), ORDERS),
        Setting(
            "protection_days",
            15,
            "days",
            1,
            180,
            _("Buyer protection after delivery or the promised date"),
            ORDERS,
        ),
        Setting(
            "hold_days", 5, "days", 1, 60, _("An order on hold waits for its verification"), ORDERS
        ),
        Setting(
            "closed_refund_days",
            14,
            "days",
            1,
            60,
            _("Money of a closed order is back within"),
            ORDERS,
        ),
        Setting(
            "card_refund_working_days",
            15,
            "working days",
            1,
            60,
            _("A refund to a card is back within"),
            ORDERS,
        ),
        Setting(
            "extension_max_days",
            30,
            "days",
            1,
            180,
            _("Longest extension of delivery or protection"),
            ORDERS,
        ),
        Setting(
            "correction_days",
            7,
            "days",
            1,
            60,
            _("A mistake of the bank is taken one step further within"),
            ORDERS,
        ),
        Setting(
            "card_gateway",
            "file",
            "choice",
            0,
            0,
            _("Refunds to cards go through"),
            ORDERS,
            GATEWAYS,
        ),
        Setting(
            "coupon_issue_working_days",
            5,
            "working days",
            1,
            60,
            _("A promised coupon is in the account within"),
            COUPONS,
        ),
        Setting("coupon_valid_days", 60, "days", 1, 730, _("A coupon is valid for"), COUPONS),
        Setting(
            "coupon_most_parts",
            10,
            "count",
            1,
            50,
            _("Coupons of one compensation at most"),
            COUPONS,
        ),
        Setting(
            "coupon_least",
            1,
            "count",
            1,
            100_000,
            _("Smallest coupon of several, in units of its currency"),
            COUPONS,
        ),
        Setting(
            "coupon_given_back",
            "no",
            "choice",
            0,
            0,
            _("A dispute that is won in full gives back the part that a coupon paid"),
            COUPONS,
            YES_OR_NO,
        ),
        Setting(
            "seller_answer_days",
            2,
            "days",
            1,
            60,
            _("A seller answers a new dispute within"),
            DISPUTES,
        ),
        Setting(
            "negotiation_days",
            15,
            "days",
            1,
            120,
            _("Both agree within, counted from opening"),
            DISPUTES,
        ),
        Setting(
            "return_ship_days", 10, "days", 1, 60, _("A buyer ships a return within"), DISPUTES
        ),
        Setting(
            "return_confirm_days",
            10,
            "days",
            1,
            60,
            _("A seller checks a delivered return within"),
            DISPUTES,
        ),
        Setting(
            "return_transit_days",
            30,
            "days",
            1,
            120,
            _("A return on its way counts as arrived after"),
            DISPUTES,
        ),
        Setting(
            "replacement_ship_days",
            10,
            "days",
            1,
            60,
            _("A seller ships a replacement within"),
            DISPUTES,
        ),
        Setting(
            "replacement_confirm_days",
            10,
            "days",
            1,
            60,
            _("A buyer checks a delivered replacement within"),
            DISPUTES,
        ),
        Setting(
            "replacement_transit_days",
            30,
            "days",
            1,
            120,
            _("A replacement on its way counts as lost after"),
            DISPUTES,
        ),
        Setting(
            "evidence_answer_days",
            3,
            "days",
            1,
            30,
            _("A party answers a request for evidence within"),
            DISPUTES,
        ),
        Setting(
            "complaint_days",
            7,
            "days",
            1,
            200,
            _("A decision becomes final after"),
            DISPUTES,
        ),
        Setting(
            "complaint_max_chars",
            1000,
            "count",
            100,
            10000,
            _("Longest complaint about a decision"),
            COMPLAINTS,
        ),
        Setting(
            "complaint_review_working_days",
            15,
            "working days",
            1,
            90,
            _("A decision is reviewed within"),
            COMPLAINTS,
        ),
        Setting(
            "complaint_extension_working_days",
            5,
            "working days",
            1,
            30,
            _("New date of a review that is late, after"),
            COMPLAINTS,
        ),
        Setting(
            "compensation_min",
            1,
            "amount",
            1,
            100000,
            _("Least compensation for a wrong decision"),
            COMPLAINTS,
        ),
        Setting(
            "compensation_max",
            50,
            "amount",
            1,
            1000000,
            _("Most compensation for a wrong decision"),
            COMPLAINTS,
        ),
        Setting(
            "feedback_days",
            14,
            "days",
            1,
            90,
            _("Feedback can be given after a review within"),
            COMPLAINTS,
        ),
        Setting(
            "feedback_read_working_days",
            5,
            "working days",
            1,
            30,
            _("Feedback is read within"),
            COMPLAINTS,
        ),
        Setting(
            "settlement_max_days",
            30,
            "days",
            1,
            90,
            _("Latest date of a conditional settlement"),
            DISPUTES,
        ),
        Setting(
            "description_max_chars",
            2000,
            "count",
            100,
            20000,
            _("Longest description of what happened"),
            DISPUTES,
        ),
        Setting("message_max_chars", 4000, "count", 100, 20000, _("Longest message"), DISPUTES),
        Setting(
            "mediator_claim_days",
            2,
            "days",
            1,
            30,
            _("A mediator takes an escalated dispute within"),
            STAFF,
        ),
        Setting("decision_days", 7, "days", 1, 60, _("A mediator decides within"), STAFF),
        Setting(
            "proof_check_days",
            2,
            "days",
            1,
            30,
            _("A seller's proof of an order is checked within"),
            STAFF,
        ),
        Setting(
            "evidence_max_files", 20, "count", 1, 200, _("Files of one party in one case"), EVIDENCE
        ),
        Setting(
            "evidence_max_file_bytes",
            52_428_800,
            "bytes",
            1_048_576,
            1_073_741_824,
            _("Largest file"),
            EVIDENCE,
        ),
        Setting(
            "photo_shrink_bytes",
            3_145_728,
            "bytes",
            102_400,
            52_428_800,
            _("Photos above this are made smaller"),
            EVIDENCE,
        ),
        Setting(
            "evidence_max_pixels",
            80_000_000,
            "pixels",
            1_000_000,
            500_000_000,
            _("Largest picture"),
            EVIDENCE,
        ),
        Setting("video_max_seconds", 180, "seconds", 5, 3600, _("Longest video"), EVIDENCE),
        Setting("pdf_max_pages", 50, "count", 1, 2000, _("Most pages of a PDF"), EVIDENCE),
    )
}


def defaults() -> dict[str, Any]:
    """Every setting with its default."""
    return {name: setting.default for name, setting in SETTINGS.items()}


def contradictions(values: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Which numbers do not go together: the setting to change, and a sentence that says why."""
    found: list[tuple[str, Any]] = []
    if values["negotiation_days"] <= values["seller_answer_days"]:
        words = _(
            "The time to agree counts from opening: make it longer than the seller's time to answer."
        )
        found.append(("negotiation_days", words))
    if values["decision_days"] <= values["evidence_answer_days"]:
        words = _(
            "A party answers the mediator within the time to decide: make the time to decide longer."
        )
        found.append(("decision_days", words))
    if values["return_transit_days"] < values["return_confirm_days"]:
        words = _(
            "A return that counts as arrived is not checked any more: make this at least as long as the check."
        )
        found.append(("return_transit_days", words))
    if values["complaint_review_working_days"] * 7 <= values["complaint_days"] * 5:
        words = _(
            "A result waits until the other side can no longer complain: make the time to review longer than that."
        )
        found.append(("complaint_review_working_days", words))
    if values["photo_shrink_bytes"] > values["evidence_max_file_bytes"]:
        words = _(
            "Photos are made smaller only where they are taken: this is above the largest file."
        )
        found.append(("photo_shrink_bytes", words))
    if values["compensation_max"] < values["compensation_min"]:
        words = _("The most compensation is below the least.")
        found.append(("compensation_max", words))
    if values["card_gateway"] == "webhook" and not settings.REFUND_WEBHOOK_URL:
        words = _("No shop is connected: set REFUND_WEBHOOK_URL and REFUND_WEBHOOK_KEY first.")
        found.append(("card_gateway", words))
    return found


def clean(name: str, value: Any) -> Any:
    """One setting as typed by an admin, checked against its unit and bounds.

    Raises `Refused` with a sentence that names the bounds.
    """
    setting = SETTINGS[name]
    if setting.unit == "flag":
        return value in (True, "true", "on", "1", 1)
    if setting.unit == "choice":
        if value not in {key for key, _label in setting.choices}:
            raise Refused(_("Choose one of the listed values."), "choice")
        return value
    try:
        number = Decimal(str(value).strip())
        whole = int(number)
    except (InvalidOperation, ValueError, OverflowError):
        raise Refused(_("Write a whole number."), "number") from None
    if number != whole:
        raise Refused(_("Write a whole number."), "number")
    if not setting.minimum <= whole <= setting.maximum:
        raise Refused(
            _("Write a number from %(low)s to %(high)s.")
            % {"low": setting.minimum, "high": setting.maximum},
            "bounds",
        )
    return whole
