"""The findings form: what was typed, as a draft, as a decision, and what is still missing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from core import money
from core.errors import Refused
from disputes import policies, services, statements
from disputes.effects.mediation import Found
from disputes.models import Dispute
from disputes.services import mediation
from disputes.states import DecisionReason, Finding, Party, PostagePayer, Verdict

OWN = 3
"""Allegations that a mediator may add to those that follow from the case."""
PARTIES = (Party.BUYER.value, Party.SELLER.value)


@dataclass
class Row:
    """One allegation in the form."""

    key: str
    text: str
    party: str
    result: str
    cited: tuple[int, ...]
    own: bool = False

    @property
    def is_open(self) -> bool:
        """Not marked yet, or marked as proved without a proof."""
        return self.result not in Finding.values or (
            self.result == Finding.PROVED and not self.cited
        )

    @property
    def counts(self) -> bool:
        return not self.own or bool(self.text.strip())


@dataclass
class Sheet:
    """The whole form. `problems` are (anchor, sentence): what keeps the decision from being sent."""

    rows: list[Row]
    verdict: str
    amount: str
    return_choice: str
    reason: str
    statement: str
    granted: Decimal | None = None
    drafted_for: str = ""
    drafted_text: str = ""
    fits: bool = False
    problems: list[tuple[str, str]] = field(default_factory=list)

    @property
    def found(self) -> list[Found]:
        marked = [row for row in self.rows if row.counts and row.result in Finding.values]
        return [Found(r.text, r.party, r.result, r.cited, "" if r.own else r.key) for r in marked]

    @property
    def facts(self) -> str:
        """A short name of what the statement speaks of: findings, money, return, reason."""
        told = [[f.allegation, f.party, f.result, list(f.cited)] for f in self.found]
        parts = [told, self.verdict, str(self.granted), self.return_choice, self.reason]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]

    @property
    def outdated(self) -> bool:
        """The statement was drafted, and what it speaks of has changed since."""
        return bool(self.drafted_for) and self.drafted_for != self.facts

    @property
    def is_own(self) -> bool:
        """The statement holds words of the mediator's, not just those of the last draft."""
        written = self.statement.replace("\r\n", "\n").strip()
        return bool(written) and _named(written) != self.drafted_text

    @property
    def return_required(self) -> bool:
        return self.return_choice in PostagePayer.values

    @property
    def open_count(self) -> int:
        return sum(row.is_open for row in self.rows if row.counts)

    @property
    def total(self) -> int:
        return sum(row.counts for row in self.rows)


def typed(post: QueryDict) -> dict[str, Any]:
    """What is kept as a draft: the form's own fields, as they were typed."""
    names = {
        "verdict",
        "amount",
        "return",
        "reason",
        "statement",
        "drafted-for",
        "drafted-text",
        "fits",
    }
    kept: dict[str, Any] = {
        name: post.get(name, "")[: services.input.STATEMENT_MAX * 2] for name in names
    }
    for name in post:
        if name.startswith(("result-", "own-")):
            kept[name[:64]] = post.get(name, "")[:4000]
        elif name.startswith("cite-"):
            kept[name[:64]] = [v for v in post.getlist(name) if v.isdecimal()][:200]
    return kept


def read(dispute: Dispute, content: Mapping[str, Any]) -> Sheet:
    """A draft as a sheet; an empty draft starts with what the case suggests."""
    rows = [
        Row(
            a.code,
            str(a.text),
            a.party,
            str(content.get(f"result-{a.code}", "")),
            _cited(content, a.code),
        )
        for a in statements.allegations(dispute)
    ]
    for number in range(1, OWN + 1):
        key = f"own-{number}"
        party = str(content.get(f"{key}-party", ""))
        rows.append(
            Row(
                key,
                str(content.get(f"{key}-text", "")),
                party if party in PARTIES else Party.BUYER.value,
                str(content.get(f"result-{key}", "")),
                _cited(content, key),
                own=True,
            )
        )
    return Sheet(
        rows=rows,
        verdict=str(content.get("verdict", "")),
        amount=str(content.get("amount", "")),
        return_choice=str(content.get("return", "")),
        reason=str(content.get("reason", "")),
        statement=str(content.get("statement", "")),
        drafted_for=str(content.get("drafted-for", "")),
        drafted_text=str(content.get("drafted-text", "")),
        fits=content.get("fits") == str(content.get("drafted-for", "")) + "!",
    )


def _cited(content: Mapping[str, Any], key: str) -> tuple[int, ...]:
    values = content.get(f"cite-{key}", [])
    return (
        tuple(sorted({int(v) for v in values if str(v).isdecimal()}))
        if isinstance(values, list)
        else ()
    )


def check(dispute: Dispute, sheet: Sheet) -> Sheet:
    """Fill in the granted amount and list everything that is still missing, in the order of the form."""
    for number, row in enumerate((r for r in sheet.rows if r.counts), start=1):
        if row.result not in Finding.values:
            sheet.problems.append((f"f-{row.key}", _("Finding %s is open: choose one.") % number))
        elif row.is_open:
            sheet.problems.append(
                (f"f-{row.key}", _("Finding %s: cite the evidence that proves it.") % number)
            )
    _check_money(dispute, sheet)
    if sheet.return_choice and not sheet.return_required:
        sheet.problems.append(("return", _("Choose who pays the postage, or no return.")))
    if sheet.return_required and sheet.granted == 0:
        sheet.problems.append(("return", _("Without a refund nothing has to be sent back.")))
    if sheet.return_required and not policies.has_goods(dispute):  # its field is not shown then
        sheet.problems.append(("verdict", _("Nothing arrived, so nothing can be sent back.")))
    if sheet.reason not in DecisionReason.values:
        sheet.problems.append(("reason", _("Pick a reason from the list.")))
    if not sheet.statement.strip():
        sheet.problems.append(
            ("statement", _("Write the statement to both, or draft it from your findings."))
        )
    elif sheet.outdated and not sheet.fits:
        words = _(
            "Findings or outcome changed since the statement was drafted. Draft it anew, or say that it fits."
        )
        sheet.problems.append(("statement", words))
    return sheet


def _check_money(dispute: Dispute, sheet: Sheet) -> None:
    if sheet.verdict not in Verdict.values:
        sheet.problems.append(("verdict", _("Choose how much the buyer gets back.")))
        return
    try:
        part = (
            money.parse_amount(sheet.amount, dispute.currency)
            if sheet.verdict == Verdict.PART
            else None
        )
        sheet.granted = mediation.granted(dispute, sheet.verdict, part)
    except Refused as refused:
        sheet.problems.append(("amount", str(refused)))


def drafted(dispute: Dispute, sheet: Sheet) -> dict[str, str]:
    """The statement drafted from what has been chosen so far, with what it was drafted for.

    Words of the mediator's own are never lost: where the last draft was edited, they stay below the new one.
    """
    reason = sheet.reason or (
        statements.suggested_reason(dispute, sheet.verdict) if sheet.verdict else ""
    )
    sheet.reason = str(reason)
    text = statements.draft(
        dispute,
        sheet.found,
        verdict=sheet.verdict or Verdict.NONE,
        amount=sheet.granted or Decimal(0),
        reason=sheet.reason if sheet.reason in DecisionReason.values else "",
        return_required=sheet.return_required,
        postage_payer=sheet.return_choice if sheet.return_required else "",
    )
    before = sheet.statement.replace("\r\n", "\n").strip()
    kept = f"\n\n{before}" if sheet.is_own else ""
    return {
        "statement": text + kept,
        "reason": sheet.reason,
        "drafted-for": sheet.facts,
        "drafted-text": _named(text.strip()),
        "fits": "",
    }


def _named(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
