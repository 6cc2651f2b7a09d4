"""The design system's tags. `docs/design.md` shows each with an example to copy.

They turn data into the parts of `templates/ui/`; no tag decides anything about a case, and none
asks the database, `countdown` without a time excepted (it asks the clock).
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import template
from django.forms import (
    BaseForm,
    BoundField,
    CheckboxInput,
    FileInput,
    HiddenInput,
    Select,
    Textarea,
)
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext

from core import plurals
from core.counts import MOST
from core.templatetags import timewords as words
from core.templatetags.icons import DIRECTIONAL, ICONS

register = template.Library()

SOON = timedelta(hours=24)
ENDED = frozenset({"met", "enforced", "cancelled"})
NOTE_ICONS = {
    "caution": "alert",
    "overdue": "alert",
    "money-in": "check",
    "act": "info",
    "": "info",
}


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A sign of our own, drawn in place. Silent for screen readers unless it has a label."""
    voice = {"role": "img", "aria-label": label} if label else {"aria-hidden": "true"}
    if name in DIRECTIONAL:
        voice["data-directional"] = "true"
    shape = mark_safe(ICONS[name])  # noqa: S308 - our own drawing
    return format_html('<svg class="icon" viewBox="0 0 20 20"{}>{}</svg>', attributes(voice), shape)


@register.filter
def money(amount: Decimal | int | str | None, currency: str) -> str:
    """An amount with its currency's sign and places, as the reader's language writes it."""
    from core import money as amounts

    return (
        "" if amount is None or amount == "" else amounts.format_amount(Decimal(amount), currency)
    )


@register.simple_tag
def badge(state: str, label: str = "", tone: str = "") -> SafeString:
    """A state in words. Tones: act, overdue, caution, money-in; none means that somebody else acts."""
    mark = format_html(' data-tone="{}"', tone) if tone and tone != "wait" else ""
    words_ = label or str(state).replace("_", " ").capitalize()
    return format_html('<span class="badge" data-state="{}"{}>{}</span>', state, mark, words_)


# Time ---------------------------------------------------------------------------------------------


@register.filter
def time_left(delta: timedelta) -> str:
    """ "5 days 3 hours"; see `words.time_left`."""
    return words.time_left(delta)


@register.filter
def time_left_short(delta: timedelta) -> str:
    """ "3 d 21 h", for queues."""
    return words.time_left_short(delta)


@register.filter
def capped(count: int | None, most: int = MOST) -> str:
    """A number of `core.counts`: "12", or "999+" where nobody counted further."""
    return "" if count is None else f"{most}+" if count > most else str(count)


@register.filter
def play_time(seconds: float | None) -> str:
    """The length of a video: "0:48"."""
    whole = int(seconds or 0)
    return f"{whole // 60}:{whole % 60:02}"


@register.simple_tag
def zone_name() -> str:
    """The reader's zone: "Amsterdam time"."""
    return words.zone_name()


@register.simple_tag
def zone_offset() -> str:
    """The reader's zone against universal time now: "UTC+1", "UTC−3:30"."""
    minutes = int((timezone.localtime().utcoffset() or timedelta()).total_seconds()) // 60
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}" + (f":{rest:02}" if rest else "")


@register.simple_tag
def local_time(at: datetime | date | None, style: str = "long", zone: bool = False) -> SafeString:
    """A moment in the reader's zone, as `<time>`. Styles: long, short, date, day, time.

    With `zone=True` the zone's name follows.
    """
    if at is None:
        return SafeString("")
    tag = format_html('<time datetime="{}">{}</time>', words.iso(at), words.moment(at, style))
    return format_html("{}, {}", tag, words.zone_name()) if zone else tag


def read(source: Any, name: str, default: Any = None) -> Any:
    """A value of an object or of a dict, so that parts take either."""
    if isinstance(source, Mapping):
        return source.get(name, default)
    return getattr(source, name, default)


def present(deadline: Any, now: datetime | None) -> datetime:
    """The page's present time: as given, else the deadline's, else its case's, else the clock's."""
    known = now or read(deadline, "now")
    if known is None and "case" in getattr(getattr(deadline, "_state", None), "fields_cache", {}):
        known = getattr(deadline.case, "now", None)
    if known is None:
        from core import clock

        known = clock.now()
    return known


def reading(deadline: Any, now: datetime) -> dict[str, Any]:
    """What a clock shows: state (running, soon, overdue, paused), what is left, and how much of all."""
    due, started = read(deadline, "due_at"), read(deadline, "started_at")
    paused = read(deadline, "state") == "paused"
    left = timedelta(microseconds=read(deadline, "left_us") or 0) if paused else due - now
    over = not paused and left <= timedelta()
    state = "paused" if paused else "overdue" if over else "soon" if left <= SOON else "running"
    whole = max(due - started, left, timedelta(minutes=1)) if started else None
    return {
        "state": state,
        "left": left,
        "late": -left if over else timedelta(),
        "due": due,
        "now": now,
        "whole": whole // words.MINUTE if whole else None,
        "rest": max(left, timedelta()) // words.MINUTE,
    }


@register.inclusion_tag("ui/clock.html")
def countdown(
    deadline: Any,
    now: datetime | None = None,
    consequence: str = "",
    size: str = "",
    target: bool = False,
) -> dict[str, Any]:
    """The clock. `deadline` is a Deadline or a dict with due_at, started_at, state, left_us, now, consequence.

    Sizes: full (default), `small` for lists, `line` for the desk. With `target=True` a time that
    has passed is told as lateness ("3 hours overdue"), because staff may still act; for parties
    the time is up. A clock that has ended, or none, shows nothing.
    """
    if not deadline or read(deadline, "state") in ENDED:
        return {"clock": None}
    return {
        "clock": reading(deadline, present(deadline, now)),
        "size": size,
        "target": target,
        "consequence": consequence or read(deadline, "consequence", ""),
        "language": get_language(),
    }


@register.inclusion_tag("ui/due.html")
def due(deadline: Any, now: datetime | None = None) -> dict[str, Any]:
    """A queue row's clock: "3 d 21 h", "5 h 10 min", "3 h overdue"."""
    return {"clock": reading(deadline, present(deadline, now)) if deadline else None}


@register.inclusion_tag("ui/why.html")
def why_this_date(
    deadline: Any, calendar_url: str = "", rule_url: str = "", open: bool = False
) -> dict[str, Any]:
    """The sum behind a date, from the deadline's stored explanation. Shows nothing without one."""
    told = read(deadline, "explanation") if deadline else None
    if not told:
        return {"lines": None}
    from core.policy import SETTINGS

    rule = SETTINGS.get(told.get("rule", ""))
    return {
        "lines": words.explain(told),
        "due": read(deadline, "due_at"),
        "rule": rule.label if rule else "",
        "policy": told.get("policy"),
        "paused": read(deadline, "state") == "paused",
        "calendar_url": calendar_url,
        "rule_url": rule_url,
        "open": open,
    }


# Forms --------------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def form_key(context: Context) -> SafeString:
    """The hidden key by which a form sent twice counts once. A view may fix it as `form_key`."""
    key = context.get("form_key") or uuid4()
    return format_html('<input type="hidden" name="form_key" value="{}">', key)


@register.simple_tag
def field(bound: BoundField, **options: Any) -> SafeString:
    """A form field with its label, hint and error, wired for screen readers.

    Options: `label`, `hint` (instead of the form's own; False for none), `shape` ("segments", "cards"), `hints`
    (value → second line of a choice), `currency` (shows its sign before an amount), `counter`
    (most characters, counted live), `rows`, `width` ("short"), `kind` ("code"), `optional=False`
    (leaves out the word). Other options become attributes, underscores as hyphens.
    """
    widget = bound.field.widget
    if bound.is_hidden or isinstance(widget, HiddenInput):
        return bound.as_widget()
    own = ("label", "hint", "shape", "hints", "currency", "counter", "optional")
    mine = {name: options.pop(name, None) for name in own}
    hint = bound.help_text if mine["hint"] is None else mine["hint"]
    errors = [str(error) for error in bound.errors]
    known = {"_hint": hint, "_error": errors, "_count": mine["counter"]}
    described = " ".join(f"{bound.auto_id}{tail}" for tail, there in known.items() if there)
    context = mine | {
        "bound": bound,
        "hint": hint,
        "errors": errors,
        "described": described,
        "required": bound.field.required,
        "label": mine["label"] or bound.label,
        "shape": mine["shape"] or "",
        "value_now": bound.value(),
        "sign": sign(mine["currency"]) if mine["currency"] else "",
        "optional": mine["optional"] is not False and not bound.field.required,
    }
    many = getattr(widget, "input_type", "") in {"radio", "checkbox"} and hasattr(widget, "choices")
    if many:
        context["choices"] = [
            choice(part, errors, mine["hints"] or {}) for part in bound.subwidgets
        ]
        return render_to_string("ui/choices.html", context)
    attrs = {name.replace("_", "-"): value for name, value in options.items()}
    for name in ("width", "kind"):
        if name in attrs:
            attrs[f"data-{name}"] = attrs.pop(name)
    if described:
        attrs["aria-describedby"] = described
    if mine["counter"]:
        attrs["data-counter"] = mine["counter"]
        context["left"] = plurals.forms(
            lambda n: ngettext("{n} character left", "{n} characters left", n)
        )
        context["over"] = plurals.forms(
            lambda n: ngettext("{n} character too many", "{n} characters too many", n)
        )
    if mine["currency"]:
        attrs.setdefault("inputmode", "decimal")
        attrs.setdefault("autocomplete", "off")
    if isinstance(widget, CheckboxInput):
        context["control"] = bound.as_widget(attrs=attrs)
        return render_to_string("ui/checkbox.html", context)
    attrs["class"] = f"input {widget.attrs.get('class', '')}".strip()
    if isinstance(widget, Textarea):
        attrs.setdefault("rows", widget.attrs.get("rows", 4))
        attrs.setdefault("dir", "auto")
    if isinstance(widget, FileInput | Select):
        attrs.pop("autocomplete", None)
    context["control"] = bound.as_widget(attrs=attrs)
    return render_to_string("ui/field.html", context)


def choice(part: Any, errors: list[str], hints: Mapping[Any, str]) -> dict[str, Any]:
    """One radio button or tick box of a list, with the second line that its value has."""
    data = part.data
    data["attrs"] = {k: v for k, v in data["attrs"].items() if k != "aria-describedby"}
    if errors:
        data["attrs"]["aria-invalid"] = "true"
    value = data["value"]
    hint = hints.get(value) or hints.get(str(value), "")
    return {"tag": part.tag(), "id": part.id_for_label, "label": part.choice_label, "hint": hint}


def sign(currency: str) -> str:
    """The currency's sign as our amounts show it, "€", or its code."""
    shown = money(Decimal(0), currency)
    return (
        "".join(
            c
            for c in shown
            if not (c.isdigit() or c.isspace() or c in ".,\u200e\u200f\u2066\u2069")
        )
        or currency
    )


@register.inclusion_tag("ui/error_summary.html")
def error_summary(*forms: BaseForm | None, title: str = "") -> dict[str, Any]:
    """Everything that is wrong, on top of the form, each with a link to its field."""
    found: list[tuple[str, str, str]] = []
    for form in filter(None, forms):
        if not form.is_bound or not form.errors:
            continue
        found += [("", "", str(error)) for error in form.non_field_errors()]
        for bound in form:
            found += [
                ("" if bound.is_hidden else anchor(bound), str(bound.label), str(e))
                for e in bound.errors
            ]
    return {"found": found, "title": title}


def anchor(bound: BoundField) -> str:
    """Where a link to the field leads: the control, or the first of a list of choices."""
    many = hasattr(bound.field.widget, "option_template_name") and not isinstance(
        bound.field.widget, Select
    )
    return f"{bound.auto_id}_0" if many else bound.auto_id


# Parts around other content -----------------------------------------------------------------------


@register.simple_block_tag(end_name="endcard")
def card(
    content: str,
    title: str = "",
    note: str = "",
    id: str = "",
    flush: bool = False,
    foot: str = "",
    level: int = 2,
) -> SafeString:
    """A card named by its heading. `flush` leaves out the padding, for tables, tasks and offers."""
    context = {
        "content": content,
        "title": title,
        "note": note,
        "flush": flush,
        "foot": foot,
        "level": level,
    }
    return render_to_string("ui/card.html", context | {"id": id or f"c-{uuid4().hex[:6]}"})


@register.simple_block_tag(end_name="endnote")
def note(content: str, tone: str = "", icon: str = "") -> SafeString:
    """A quiet box. Tones: act, caution, overdue, money-in, or none. Its first words say the tone."""
    return render_to_string(
        "ui/note.html",
        {"content": content, "tone": tone, "icon": icon or NOTE_ICONS.get(tone, "info")},
    )


@register.simple_block_tag(end_name="enddialog")
def dialog(content: str, id: str, title: str) -> SafeString:
    """A confirming dialog. Open it by `popovertarget=id`; give its opener a link to a page that asks the same."""
    return render_to_string("ui/dialog.html", {"content": content, "id": id, "title": title})


@register.simple_tag
def attributes(pairs: Mapping[str, Any]) -> SafeString:
    """A dict as HTML attributes; empty values are left out."""
    return format_html_join(
        "", ' {}="{}"', ((k, v) for k, v in pairs.items() if v not in (None, "", False))
    )


@register.filter
def step_of(steps: list[dict[str, Any]]) -> str:
    """ "step 3 of 5", from the steps of a stepper; optional steps count."""
    at = next((n for n, step in enumerate(steps, 1) if step.get("state") == "now"), len(steps))
    return gettext("step %(n)d of %(all)d") % {"n": at, "all": len(steps)}


@register.filter
def current_step(steps: list[dict[str, Any]]) -> dict[str, Any]:
    """The step that is on now, or the last one."""
    return next((step for step in steps if step.get("state") == "now"), steps[-1] if steps else {})
