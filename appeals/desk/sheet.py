"""The form of a review: what was typed, as a draft, as a result, and what is still missing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from appeals.models import Complaint
from appeals.reading import statements
from appeals.services import reviewing
from appeals.states import Mark, Point, Result
from core import money
from core.errors import Refused
from disputes.services import input
from disputes.states import Party


@dataclass
class Row:
    """One point in the form."""

    key: str
    label: str
    mark: str
    note: str

    @property
    def is_open(self) -> bool:
        """Not marked yet, or a mistake that nobody described."""
        bare = self.mark == Mark.MISTAKE and not self.note.strip()
        return self.mark not in Mark.values or bare


@dataclass
class Sheet:
    """The whole form. `problems` are (anchor, sentence): what keeps the result from being sent."""

    rows: list[Row]
    result: str
    amounts: dict[str, str]
    statement: str
    drafted_for: str = ""
    drafted_text: str = ""
    fits: bool = False
    compensation: dict[str, Decimal] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)

    @property
    def marks(self) -> dict[str, tuple[str, str]]:
        return {row.key: (row.mark, row.note) for row in self.rows}

    @property
    def facts(self) -> str:
        """A short name of what the statement speaks of."""
        told = [
            self.result,
            sorted(self.amounts.items()),
            [[r.key, r.mark, r.note] for r in self.rows],
        ]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]

    @property
    def outdated(self) -> bool:
        """The statement was drafted, and what it speaks of has changed since."""
        return bool(self.drafted_for) and self.drafted_for != self.facts

    @property
    def is_own(self) -> bool:
        """The statement holds words of the reviewer's, not just those of the last draft."""
        written = self.statement.replace("\r\n", "\n").strip()
        return bool(written) and _named(written) != self.drafted_text

    @property
    def open_count(self) -> int:
        return sum(row.is_open for row in self.rows)


def typed(post: QueryDict) -> dict[str, Any]:
    """What is kept as a draft: the form's own fields, as they were typed."""
    most = input.STATEMENT_MAX * 2
    names = ("result", "statement", "drafted-for", "drafted-text", "fits")
    kept = {name: post.get(name, "")[:most] for name in names}
    for name in post:
        if name.startswith(("mark-", "note-", "amount-")):
            kept[name[:64]] = post.get(name, "")[:4000]
    return kept


def read(complaint: Complaint, content: Mapping[str, Any]) -> Sheet:
    """A draft as a sheet."""
    rows = [
        Row(
            point.value, str(point.label), str(content.get(f"mark-{point}", "")),
            str(content.get(f"note-{point}", "")),
        )
        for point in Point
    ]  # fmt: skip
    told = str(content.get("drafted-for", ""))
    return Sheet(
        rows=rows,
        result=str(content.get("result", "")),
        amounts={p: str(content.get(f"amount-{p}", "")) for p in complaint.complainants},
        statement=str(content.get("statement", "")),
        drafted_for=told,
        drafted_text=str(content.get("drafted-text", "")),
        fits=content.get("fits") == f"{told}!",
    )


def check(complaint: Complaint, sheet: Sheet) -> Sheet:
    """Fill in the compensation and list everything that is still missing, in the order of the form."""
    for row in sheet.rows:
        if row.mark not in Mark.values:
            sheet.problems.append((f"p-{row.key}", _("Still open: %s") % row.label))
        elif row.is_open:
            sheet.problems.append((f"p-{row.key}", _("Say what the mistake is: %s") % row.label))
    if sheet.result not in Result.values:
        words = _("Choose whether the decision was correct or wrong.")
        sheet.problems.append(("result", words))
    elif not sheet.problems:
        _refused(
            sheet, "result", lambda: reviewing.check_marks(complaint, sheet.marks, sheet.result)
        )
    _check_money(complaint, sheet)
    if not sheet.statement.strip():
        words = _("Write the statement to both, or draft it from what you found.")
        sheet.problems.append(("statement", words))
    elif sheet.outdated and not sheet.fits:
        words = _(
            "What you found changed since the statement was drafted. Draft it anew, or say that it fits."
        )
        sheet.problems.append(("statement", words))
    return sheet


def _refused(sheet: Sheet, anchor: str, act: Any) -> Any:
    try:
        return act()
    except Refused as refused:
        sheet.problems.append((anchor, str(refused)))
        return None


def _check_money(complaint: Complaint, sheet: Sheet) -> None:
    if sheet.result != Result.WRONG:
        return
    currency = complaint.dispute.currency
    for party, amount in sheet.amounts.items():
        if amount.strip():
            found = _refused(
                sheet, f"amount-{party}", lambda a=amount: money.parse_amount(a, currency)
            )
            if found is not None:
                sheet.compensation[party] = found
    if not any(anchor.startswith("amount-") for anchor, _words in sheet.problems):
        first = f"amount-{next(iter(sheet.amounts), Party.BUYER)}"
        _refused(
            sheet, first,
            lambda: reviewing.check_compensation(complaint, sheet.result, sheet.compensation),
        )  # fmt: skip


def drafted(complaint: Complaint, sheet: Sheet) -> dict[str, str]:
    """The statement drafted from what has been chosen so far. Words of the reviewer's own stay below it."""
    text = statements.draft(
        complaint.complainants, sheet.marks, sheet.result, sheet.compensation, complaint.dispute.currency
    )  # fmt: skip
    before = sheet.statement.replace("\r\n", "\n").strip()
    kept = f"\n\n{before}" if sheet.is_own else ""
    return {
        "statement": text + kept, "drafted-for": sheet.facts, "drafted-text": _named(text.strip()), "fits": "",
    }  # fmt: skip


def _named(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
