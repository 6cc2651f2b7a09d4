"""What an admin does to the rules: a new version of the policy, a closing day, a retried clock."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any
from zoneinfo import available_timezones

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import calendars, clock, deadlines, policy, words
from core.actors import Actor, StaffRole
from core.errors import CaseChanged, NotAllowed, Refused
from core.models import ClosingDay, Deadline, DeadlineState, PolicyVersion, Storefront
from core.models.event import append


def edit_policy(
    *, storefront_id: int, typed: dict[str, Any], note: str, based_on: int, actor: Actor
) -> PolicyVersion:
    """Make the next version of the rules. Cases that are open keep theirs: no running clock is touched.

    `typed` holds settings as written in the form, `based_on` the number of the version that was edited.
    Raises `NotAllowed`; `CaseChanged` where a colleague made a version meanwhile; `Refused` for a missing
    note, for no change at all, and for a value out of bounds.
    """
    if not actor.is_staff(StaffRole.ADMIN):
        raise NotAllowed
    if not note.strip():
        raise Refused(_("Write why the rules change: colleagues and auditors read it."), "note")
    with transaction.atomic():
        storefront = Storefront.objects.select_for_update().get(pk=storefront_id)
        current = storefront.current_policy()
        if current.number != based_on:
            raise CaseChanged(
                _("A colleague changed the policy since you opened it. Compare and edit again.")
            )
        before = {name: current.get(name) for name in policy.SETTINGS}
        after = before | {
            name: policy.clean(name, value)
            for name, value in typed.items()
            if name in policy.SETTINGS
        }
        for _name, sentence in policy.contradictions(after):
            raise Refused(sentence, "contradiction")
        changed = {
            name: [before[name], after[name]] for name in after if after[name] != before[name]
        }
        if not changed:
            raise Refused(_("Nothing was changed, so there is no new version."), "same")
        now = clock.now()
        version = PolicyVersion.objects.create(
            storefront=storefront,
            number=current.number + 1,
            values=after,
            note=note.strip(),
            author_id=actor.user_id,
            created_at=now,
        )
        append(
            subject=f"policy:{storefront.slug}",
            name="policy_changed",
            actor=actor,
            at=now,
            reason=note.strip(),
            data={"number": version.number, "changed": changed},
        )
    return version


def add_closing_day(*, storefront_id: int, day: date, name: str, actor: Actor) -> ClosingDay:
    """Name a day on which the operator does not work.

    Dates in working days that were promised before get later by it where they must, each with an event and a
    notice: `core.recount`, which the page wakes and which runs every hour by itself.
    """
    if not actor.is_staff(StaffRole.ADMIN):
        raise NotAllowed
    with transaction.atomic():
        storefront = Storefront.objects.select_for_update().get(pk=storefront_id)
        closing, made = ClosingDay.objects.get_or_create(
            storefront=storefront, date=day, defaults={"name": name}
        )
        if not made:
            raise Refused(_("This day is closed already. Change its name in the list."), "closed")
        append(
            subject=f"policy:{storefront.slug}",
            name="closing_day_added",
            actor=actor,
            at=clock.now(),
            data={"date": day.isoformat(), "name": name},
        )
    return closing


def rename_closing_day(*, pk: int, storefront_id: int, name: str, actor: Actor) -> ClosingDay:
    """Say better why a day is closed. Sums that were made before keep the name that they had."""
    with _closing_day(pk, storefront_id, actor) as closing:
        if closing.name != name:
            data = {"date": closing.date.isoformat(), "name": [closing.name, name]}
            closing.name = name
            closing.save(update_fields=["name"])
            _closing_event("closing_day_renamed", closing, actor, data)
    return closing


def remove_closing_day(*, pk: int, storefront_id: int, actor: Actor) -> ClosingDay:
    """Work on that day after all. Dates that were promised before stay as they are."""
    with _closing_day(pk, storefront_id, actor) as closing:
        data = {"date": closing.date.isoformat(), "name": closing.name}
        _closing_event("closing_day_removed", closing, actor, data)
        ClosingDay.objects.filter(pk=pk).delete()
    return closing


@contextmanager
def _closing_day(pk: int, storefront_id: int, actor: Actor) -> Iterator[ClosingDay]:
    if not actor.is_staff(StaffRole.ADMIN):
        raise NotAllowed
    with transaction.atomic():
        Storefront.objects.select_for_update(no_key=True).get(pk=storefront_id)
        rows = ClosingDay.objects.select_related("storefront")
        closing = rows.filter(pk=pk, storefront_id=storefront_id).first()
        if closing is None:
            raise CaseChanged(_("A colleague has taken this day out already."))
        yield closing


def _closing_event(name: str, closing: ClosingDay, actor: Actor, data: dict[str, Any]) -> None:
    append(
        subject=f"policy:{closing.storefront.slug}", name=name, actor=actor, at=clock.now(), data=data
    )  # fmt: skip


CLOSED_PLATFORM = re.compile(r"europa\.eu/[^\s]*\bodr\b|\bodr[.-][^\s]*europa\.eu", re.IGNORECASE)
"""The EU's platform for disputes online was closed on 20 July 2025 (Regulation (EU) 2024/3228)."""


def check_outside_bodies(text: str) -> str:
    """The operator's text about outside bodies, cleaned. Refuses the address of a platform that is closed."""
    clean = words.clean_text(text, 4000)
    if CLOSED_PLATFORM.search(clean):
        raise Refused(
            _("The EU's platform for disputes online is closed; name another body."), "closed"
        )
    return clean


def edit_storefront(
    *,
    storefront_id: int,
    name: str,
    countries: Sequence[str],
    zone: str,
    actor: Actor,
    outside_bodies: str | None = None,
) -> Storefront:
    """Change a storefront's name, its calendar, and the bodies that it names at the very end of a complaint.

    No date that was promised before gets earlier. Raises `NotAllowed`, and `Refused` for a country whose
    holidays are not known, a zone that is none, or an outside body that is closed.
    """
    if not actor.is_staff(StaffRole.ADMIN):
        raise NotAllowed
    after = {"name": name.strip(), "countries": calendars.known(countries), "zone": zone}
    if outside_bodies is not None:
        after["outside_bodies"] = check_outside_bodies(outside_bodies)
    if zone not in available_timezones():
        raise Refused(_("This is not a time zone that we know."), "zone")
    with transaction.atomic():
        storefront = Storefront.objects.select_for_update(no_key=True).get(pk=storefront_id)
        changed = {
            field: [getattr(storefront, field), value]
            for field, value in after.items()
            if getattr(storefront, field) != value
        }
        if changed:
            for field, value in after.items():
                setattr(storefront, field, value)
            storefront.save(update_fields=list(after))
            append(
                subject=f"storefront:{storefront.slug}", name="storefront_changed", actor=actor,
                at=clock.now(), data={"changed": changed},
            )  # fmt: skip
    return storefront


FAILED_SHOWN = 200


def failed_deadlines() -> list[Deadline]:
    """Clocks that could not be enforced, the oldest first, with their cases; the first of each kind of case."""
    rows: list[Deadline] = []
    for model in deadlines.clocked():
        clocks: Any = model._default_manager
        failed = clocks.filter(state=DeadlineState.FAILED).select_related("case")
        rows += failed.order_by("due_at", "pk")[:FAILED_SHOWN]
    return sorted(rows, key=lambda deadline: deadline.due_at)


def retry_deadline(*, table: str, pk: int, actor: Actor) -> bool:
    """Try a set-aside clock again now. True where it went through. `table` is a label."""
    if not actor.is_staff(StaffRole.ADMIN):
        raise NotAllowed
    models = {model._meta.label_lower: model for model in deadlines.clocked()}
    if table not in models:
        raise Refused(_("There is no such clock."), "table")
    waiting = models[table]._default_manager.filter(pk=pk, state=DeadlineState.FAILED).first()
    if waiting is None:
        raise CaseChanged(_("This clock has been enforced or ended meanwhile."))
    done = deadlines.Sweep()
    deadlines.retry(waiting, done)
    return done.enforced > 0
