"""Money truth: a provider's settlement beside our refunds. What does not agree becomes a correction, once."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Round
from django.utils.translation import gettext_lazy as _

from core import clock, words
from core.actors import SYSTEM, Actor
from core.batch import Batch
from core.errors import CaseChanged, Refused
from core.models import Storefront
from core.money import is_whole, quantize
from orders.effects import corrections as effects
from orders.effects.money import KEY_LENGTH
from orders.importers.reading import BadRow, Rejects, Row, chunks, rows
from orders.models import Correction, Refund, SettlementFile, SettlementLine
from orders.states import CORRECTION_OPEN, Finding, LineKind, Means, RefundState

COLUMNS = ("transaction", "type", "reference", "amount", "currency", "date")
KINDS = frozenset(map(str, LineKind))
CHUNK = 2_000
AT_ONCE = 500
MOST_UNKNOWN = 500
"""Bookings without a refund that one file can put on the desk: a file of somebody else must not flood it."""


@dataclass(slots=True)
class FirstRejects(Rejects):
    """Counts all, keeps the first ones: a file of nonsense does not fill the memory."""

    most: int = 1_000
    count: int = 0

    def add(self, file: str, line: int, reason: str, row: str = "") -> None:
        self.count += 1
        if len(self.rows) < self.most:
            Rejects.add(self, file, line, reason, row)

    def __len__(self) -> int:
        return self.count


@dataclass(slots=True)
class Settlement:
    """What an import did. `complete`: every row could be used, so a refund that is not there was never made."""

    file: str
    repeated: bool = False
    complete: bool = True
    counts: Counter[str] = field(default_factory=Counter)
    opened: Counter[str] = field(default_factory=Counter)
    rejects: FirstRejects = field(default_factory=FirstRejects)

    def summary(self) -> dict[str, Any]:
        counted = {name: self.counts[name] for name in ("new", "known", "other")}
        return {
            "file": self.file, "repeated": self.repeated, "complete": self.complete,
            "read": sum(counted.values()) + len(self.rejects), **counted, "rejected": len(self.rejects),
            "opened": {str(k): n for k, n in sorted(self.opened.items())}, "settled": self.counts["settled"],
            "not_opened": self.counts["not_opened"],
        }  # fmt: skip


def import_settlement(
    *, path: Path, storefront: Storefront, author_id: int | None = None, name: str = ""
) -> Settlement:
    """Read a settlement, keep its bookings, and open a correction for each refund with which it does not agree.

    Streamed: memory does not grow with the file. Each chunk of rows is a transaction, so an import that was cut
    off is taken up by starting it again; the same file, or the same booking in another file, counts once. Raises
    `BadFile` where the whole file cannot be used; a bad row costs itself, and the right to say "never made".
    """
    done = Settlement(name or path.name)
    source = rows(path, COLUMNS, done.rejects)
    first = next(source, None)  # the header is read now, before anything is written
    digest, ended = _fingerprint(path)
    file, _made = SettlementFile.objects.get_or_create(
        storefront=storefront, digest=digest,
        defaults={"name": done.file[:120], "author_id": author_id, "begun_at": clock.now()},
    )  # fmt: skip
    if file.done_at is not None:
        done.repeated = True
        return done
    whole = _whole(chain([first] if first else [], source), ended, done.rejects)
    for chunk in chunks(whole, CHUNK):
        _keep(file, chunk, done)
    done.complete = not len(done.rejects)
    _span(file)
    _settle_what_came(file, done)
    _open(file, _judged(file, done.complete), done)
    file.done_at, file.summary = clock.now(), done.summary()
    file.save(update_fields=["done_at", "summary"])
    return done


def _fingerprint(path: Path) -> tuple[str, bool]:
    """The digest of a file, and whether it ends with the end of a line."""
    digest, last = hashlib.sha256(), b""
    with path.open("rb") as source:
        while block := source.read(1 << 20):
            digest.update(block)
            last = block[-1:]
    return digest.hexdigest(), last in (b"\n", b"\r", b"\x1a")


def _whole(source: Iterable[Row], ended: bool, rejects: Rejects) -> Iterator[Row]:
    """All rows; the last one of a file that ends within a line may have lost digits, and is rejected."""
    held: Row | None = None
    told = 0
    for row in source:
        if held is not None:
            yield held
        held, told = row, len(rejects)
    if held is not None and (
        ended or len(rejects) > told
    ):  # what came after it is rejected already
        yield held
    elif held is not None:
        rejects.add(
            held.file, held.line, "the file ends within this line", ",".join(held.fields.values())
        )


def _line(row: Row) -> SettlementLine:
    """A row as a booking. Raises `BadRow`."""
    kind, currency = row["type"].lower(), row["currency"].upper()
    if kind not in KINDS:
        raise BadRow(f"type is neither refund nor charge: {row['type'][:40]!r}")
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        raise BadRow(f"currency is not a three-letter code: {row['currency'][:40]!r}")
    amount = row.amount("amount")
    if not amount or not is_whole(amount, currency):
        raise BadRow(f"amount is not an amount of {currency}: {row['amount']}")
    at = row.instant("date", ZoneInfo("UTC"))
    if at is None:
        raise BadRow("date is empty")
    return SettlementLine(
        number=row.line, transaction=row.needed("transaction"), reference=row.short("reference", 64),
        kind=kind, amount=amount, currency=currency, at=at,
    )  # fmt: skip


def _keep(file: SettlementFile, chunk: list[Row], done: Settlement) -> None:
    """Keep the bookings of a chunk that have to do with refunds and are not known yet."""
    lines: dict[str, SettlementLine] = {}
    for row in chunk:
        text = ",".join(row.fields.values())
        try:
            line = _line(row)
            twin = lines.get(line.transaction)
            if twin is not None and _facts(twin) != _facts(line):
                raise BadRow(f"the transaction stands on line {twin.number} with other facts")
        except BadRow as error:
            done.rejects.add(row.file, row.line, str(error), text)
            continue
        if twin is not None:
            done.counts["known"] += 1
            continue
        lines[line.transaction] = line
    refunds = _refunds(file, lines.values())
    for line in list(lines.values()):
        line.refund_id = refunds.get(line.reference.upper()) or refunds.get(line.reference)
        if line.kind == LineKind.CHARGE and line.refund_id is None:
            done.counts["other"] += 1  # a sale
            del lines[line.transaction]
    for earlier in SettlementLine.objects.filter(storefront=file.storefront, transaction__in=lines):
        line = lines.pop(earlier.transaction)
        if _facts(earlier) == _facts(line):
            done.counts["known"] += 1
        else:
            why = f"the transaction came on {earlier.at:%Y-%m-%d} with other facts"
            done.rejects.add(done.file, line.number, why, line.transaction)
    for line in lines.values():
        line.file_id, line.storefront_id = file.pk, file.storefront_id
    SettlementLine.objects.bulk_create(lines.values(), ignore_conflicts=True)
    done.counts["new"] += len(lines)


def _facts(line: SettlementLine) -> tuple[Any, ...]:
    return (line.reference, line.kind, Decimal(line.amount), line.currency, line.at)


def _refunds(file: SettlementFile, lines: Iterable[SettlementLine]) -> dict[str, int]:
    """Our refunds by what the provider may call them: our reference, or the key under which they were sent."""
    said = {line.reference for line in lines}
    names = {text.upper() for text in said if text[:3].upper() == Refund.REFERENCE_PREFIX}
    keys = {text for text in said if len(text) == KEY_LENGTH}
    ours = Refund.objects.filter(storefront=file.storefront)
    by_key = ours.filter(idempotency_key__in=keys).values_list("idempotency_key", "pk")
    by_name = ours.filter(reference__in=names).values_list("reference", "pk")
    return dict(by_key) | dict(by_name)


def _span(file: SettlementFile) -> None:
    span = file.lines.aggregate(first=Min("at"), last=Max("at"))
    file.first_at, file.last_at = span["first"], span["last"]
    file.save(update_fields=["first_at", "last_at"])


Found = tuple[Finding, int | None, int | None, Decimal | None, str]
"""A finding, its refund or its line, and what stands in the file."""


def _judged(file: SettlementFile, complete: bool) -> Iterator[Found]:
    """What is wrong, asked of the database set-wise: only what does not agree comes out of it."""
    yield from _wrong(file)
    if complete and file.last_at is not None:
        yield from ((Finding.NEVER_MADE, pk, None, None, "") for pk in _never_made(file).iterator())
    unknown = file.lines.filter(refund=None).order_by("number")
    for pk, amount, currency in unknown.values_list("pk", "amount", "currency").iterator():
        yield Finding.UNKNOWN, None, pk, amount, currency


def _wrong(file: SettlementFile) -> Iterator[Found]:
    """Refunds of this file whose bookings, in all files together, are not one refund of their amount."""
    line = "settlement_lines__"
    paid = Q(**{f"{line}kind": LineKind.REFUND})
    same = paid & Q(**{f"{line}currency": F("currency")})
    touched = Refund.objects.filter(pk__in=file.lines.exclude(refund=None).values("refund"))
    judged = touched.annotate(
        charges=Count("pk", filter=Q(**{f"{line}kind": LineKind.CHARGE})),
        made=Count("pk", filter=paid),
        alike=Count("pk", filter=same & Q(**{f"{line}amount": F("amount")})),
        sum=Round(Sum(f"{line}amount", filter=same), precision=4),
        foreign=Max(f"{line}currency", filter=paid & ~Q(**{f"{line}currency": F("currency")})),
        foreign_sum=Sum(f"{line}amount", filter=paid & ~Q(**{f"{line}currency": F("currency")})),
        charged=Max(f"{line}amount", filter=Q(**{f"{line}kind": LineKind.CHARGE})),
    ).filter(
        Q(charges__gt=0) | Q(foreign__isnull=False) | Q(sum__isnull=False) & ~Q(sum=F("amount"))
        | Q(gateway="wallet", made__gt=0)
    )  # fmt: skip
    for r in judged.order_by("pk").iterator():
        if r.charges:
            yield Finding.CHARGED, r.pk, None, r.charged, r.currency
        if r.foreign:
            yield Finding.OTHER_CURRENCY, r.pk, None, r.foreign_sum, r.foreign
        if r.sum is not None and (r.gateway == "wallet" or r.alike > 1):
            yield Finding.TWICE, r.pk, None, r.sum, r.currency
        elif r.sum is not None and quantize(r.sum, r.currency) != quantize(r.amount, r.currency):
            twice = r.sum > r.amount and r.alike
            yield (Finding.TWICE if twice else Finding.OTHER_AMOUNT), r.pk, None, r.sum, r.currency


def _never_made(file: SettlementFile) -> QuerySet[Refund, int]:
    """Refunds that the bank took, whose day has passed before the file ends, and that no file has."""
    known = SettlementFile.objects.filter(storefront=file.storefront)
    begins = known.aggregate(first=Min("first_at"))["first"]
    lines = SettlementLine.objects.filter(refund=OuterRef("pk"))
    waiting = Refund.objects.filter(
        ~Exists(lines), storefront=file.storefront, means=Means.CARD, created_at__gte=begins,
        state__in=(RefundState.SUBMITTED, RefundState.COMPLETED), expected_at__lte=file.last_at,
    )  # fmt: skip
    return waiting.exclude(gateway="wallet").order_by("pk").values_list("pk", flat=True)


def _open(file: SettlementFile, found: Iterable[Found], done: Settlement) -> None:
    """Open a correction for each finding that has none, a few hundred in a transaction."""
    for chunk in chunks(found, AT_ONCE):
        with Batch() as batch:
            # One import at a time opens: two files may find the same refund at the same moment.
            Storefront.objects.select_for_update(no_key=True).get(pk=file.storefront_id)
            refunds = Refund.objects.select_related("order").in_bulk(
                [pk for _finding, pk, *_rest in chunk if pk]
            )
            lines = SettlementLine.objects.in_bulk([pk for _f, _r, pk, *_rest in chunk if pk])
            there = Correction.objects.filter(Q(refund__in=refunds) | Q(line__in=lines))
            known = set(there.values_list("finding", "refund_id", "line_id"))
            events = []
            for finding, refund, line, amount, currency in chunk:
                if (str(finding), refund, line) in known:
                    continue
                if finding == Finding.UNKNOWN and done.opened[finding] >= MOST_UNKNOWN:
                    done.counts["not_opened"] += 1
                    continue
                events.append(
                    effects.open_correction(
                        batch, file, finding, refund=refunds.get(refund or 0), line=lines.get(line or 0),
                        amount=amount, currency=currency,
                    )
                )  # fmt: skip
                done.opened[finding] += 1
            if events:
                effects.tell_staff(batch, events[0], file, len(events))


def _settle_what_came(file: SettlementFile, done: Settlement) -> None:
    """A refund that was missing in an earlier file and stands in this one, once and whole, is settled by that."""
    came = Correction.objects.filter(
        finding=Finding.NEVER_MADE, state__in=CORRECTION_OPEN, refund__settlement_lines__file=file,
        refund__settlement_lines__kind=LineKind.REFUND, refund__settlement_lines__amount=F("refund__amount"),
        refund__settlement_lines__currency=F("refund__currency"),
    ).distinct()  # fmt: skip
    for pks in chunks(list(came.values_list("pk", flat=True)), AT_ONCE):
        with Batch() as batch:
            found = batch.lock(Correction, pks)
            effects.load_corrections(batch, found)
            for made in found:
                if made.state in CORRECTION_OPEN:
                    effects.settle(batch, made, SYSTEM, note=file.name)
                    done.counts["settled"] += 1


MOVES = ("ask", "send_again", "adjust", "settle", "dismiss")


def move_correction(*, correction_id: int, move: str, actor: Actor, note: str) -> Correction:
    """An administrator takes a correction one step further, and says in a sentence what was done or why.

    Raises `CaseChanged`, `NotAllowed`, or `Refused` without a note or for a step that does not exist.
    """
    said = words.clean_text(note, 1000)
    if not said:
        raise Refused(_("Say what was done, in a sentence."), "note")
    with Batch() as batch:
        found = batch.lock(Correction, [correction_id])
        if not found or move not in MOVES:
            raise CaseChanged
        (made,) = found
        effects.load_corrections(batch, found)
        if move == "send_again":
            if made.finding != Finding.NEVER_MADE or made.refund is None:
                raise CaseChanged
            (refund,) = batch.lock(Refund, [made.refund.pk])
            refund.order = made.refund.order
            effects.send_again(batch, made, refund, actor, note=said)
        else:
            getattr(effects, move)(batch, made, actor, note=said)
    return made
