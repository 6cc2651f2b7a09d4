"""Tags of the help pages: a section, and a number of the policy."""

from __future__ import annotations

from decimal import Decimal

from django import template
from django.template import Context
from django.template.defaultfilters import filesizeformat
from django.utils.formats import number_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import ngettext

from core.policy import SETTINGS
from help.reading import Section

register = template.Library()


@register.simple_block_tag(takes_context=True, end_name="endsection")
def section(context: Context, content: str, id: str, title: str) -> str:
    """A part of a help page under its own heading and address."""
    context["found"].append(Section(id, str(title), mark_safe(content)))  # noqa: S308 (a template's own output)
    return ""


@register.simple_tag(takes_context=True)
def number(context: Context, name: str) -> str | SafeString:
    """A number of the policy in force with its unit: "15 working days". The only way a number gets into a help page."""
    value = context["policy"].get(name)
    unit = SETTINGS[name].unit
    shown = number_format(Decimal(value), use_l10n=True, force_grouping=True)
    if name == "evidence_max_files":
        return ngettext("%(n)s file", "%(n)s files", value) % {"n": shown}
    if name == "pdf_max_pages":
        return ngettext("%(n)s page", "%(n)s pages", value) % {"n": shown}
    if unit == "days":
        return ngettext("%(n)s day", "%(n)s days", value) % {"n": shown}
    if unit == "working days":
        return ngettext("%(n)s working day", "%(n)s working days", value) % {"n": shown}
    if unit == "seconds":
        return ngettext("%(n)s second", "%(n)s seconds", value) % {"n": shown}
    return filesizeformat(value) if unit == "bytes" else shown
