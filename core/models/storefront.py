"""Storefronts with their policy versions and closing days, and the demo clock."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core import clock
from core import policy as rules
from core.calendars import WorkingCalendar


class Storefront(models.Model):
    """One marketplace of the operator: its own policy, calendar and teams. One exists by default."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    countries = models.JSONField(
        default=list, help_text=_("Countries whose public holidays are not working days")
    )
    zone = models.CharField(
        max_length=64, default="UTC", help_text=_("Time zone of the working calendar")
    )
    outside_bodies = models.TextField(
        blank=True,
        default="",
        help_text=_("Bodies outside the portal to which people can turn at the very end"),
    )
    opened_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def default(cls) -> Storefront:
        """The storefront that is used where none is named; made with the default policy at first use."""
        store, made = cls.objects.get_or_create(slug="main", defaults={"name": "Recourse"})
        if made:
            store.current_policy()
        return store

    def calendar(self) -> WorkingCalendar:
        """Weekends, public holidays of its countries, and its own closing days, in its own zone."""
        closing = dict(ClosingDay.objects.filter(storefront=self).values_list("date", "name"))
        return WorkingCalendar(
            countries=tuple(self.countries), closing_days=closing, zone=self.zone
        )

    def current_policy(self) -> PolicyVersion:
        """The version under which a case opened now is judged for good."""
        version = PolicyVersion.objects.filter(storefront=self).order_by("-number").first()
        if version is None:  # at the very first use, perhaps by two processes at once
            first = {"values": rules.defaults(), "note": "defaults", "created_at": clock.now()}
            version, _made = PolicyVersion.objects.get_or_create(
                storefront=self, number=1, defaults=first
            )
        return version


class ClosingDay(models.Model):
    """A day on which the operator does not work, beside the public holidays."""

    storefront = models.ForeignKey(
        Storefront, on_delete=models.CASCADE, related_name="closing_days"
    )
    date = models.DateField()
    name = models.CharField(max_length=120)

    class Meta:
        ordering = ("date",)
        constraints = (
            models.UniqueConstraint(fields=("storefront", "date"), name="closing_day_once"),
        )

    def __str__(self) -> str:
        return f"{self.date} {self.name}"


class PolicyVersion(models.Model):
    """All numbers of the rules at one time. Never changed and never deleted: an edit makes the next version."""

    storefront = models.ForeignKey(Storefront, on_delete=models.PROTECT, related_name="policies")
    number = models.PositiveIntegerField()
    values = models.JSONField(default=rules.defaults)
    note = models.TextField(
        help_text=_("Why the rules changed, in words that colleagues understand")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("storefront", "-number")
        constraints = (
            models.UniqueConstraint(fields=("storefront", "number"), name="policy_number_once"),
        )

    def __str__(self) -> str:
        return f"{self.storefront} policy {self.number}"

    def get(self, name: str) -> Any:
        """A setting's value; a setting that is newer than this version has its default."""
        return self.values.get(name, rules.SETTINGS[name].default)

    def days(self, name: str) -> int:
        """A setting in days (calendar or working days, as its unit says)."""
        return int(self.get(name))

    def flag(self, name: str) -> bool:
        return bool(self.get(name))


@lru_cache(maxsize=4096)
def policy_version(pk: int) -> PolicyVersion:
    """A policy version by key, kept in memory: versions never change."""
    return PolicyVersion.objects.select_related("storefront").get(pk=pk)


class DemoClock(models.Model):
    """How far the demo clock runs ahead of real time, in microseconds. Read only where DEMO is on."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    ahead_us = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.ahead_us} µs"
