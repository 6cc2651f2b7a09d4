"""Who looked at a decision again, what they found, and what it is worth to those who complained."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from appeals.models.complaint import Complaint
from appeals.models.grounds import PARTIES
from appeals.states import Mark, Point, Result


class Look(models.Model):
    """One reviewer who had the complaint in hand. Whoever had it in the first look is no third person."""

    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="looks")
    look = models.PositiveSmallIntegerField()
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    drawn_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("drawn_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("complaint",), condition=Q(ended_at__isnull=True), name="look_one_at_a_time"
            ),
        )

    def __str__(self) -> str:
        return f"{self.complaint} {self.look}"


class ReviewDraft(models.Model):
    """The form of the review as it stands: kept as the reviewer works, gone when the result is sent."""

    complaint = models.OneToOneField(Complaint, on_delete=models.CASCADE, related_name="draft")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    content = models.JSONField(default=dict)
    saved_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.complaint)


class Review(models.Model):
    """The result of a look, sent once and never edited."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="reviews")
    look = models.PositiveSmallIntegerField()
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    result = models.CharField(max_length=8, choices=Result.choices)
    statement = models.TextField(help_text=_("Both parties read these words"))
    reviewed_at = models.DateTimeField()

    class Meta:
        ordering = ("look",)
        constraints = (
            models.UniqueConstraint(fields=("complaint", "look"), name="review_once"),
            models.CheckConstraint(condition=Q(result__in=Result.values), name="review_result"),
            models.CheckConstraint(condition=~Q(statement=""), name="review_explained"),
        )

    def __str__(self) -> str:
        return f"{self.complaint} {self.result}"


class ReviewPoint(models.Model):
    """One point that the reviewer looked at, and what they found."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="points")
    position = models.PositiveSmallIntegerField()
    point = models.CharField(max_length=16, choices=Point.choices)
    mark = models.CharField(max_length=12, choices=Mark.choices)
    note = models.TextField(blank=True, default="")

    class Meta:
        ordering = ("position",)
        constraints = (
            models.UniqueConstraint(fields=("review", "point"), name="review_point_once"),
            models.CheckConstraint(condition=Q(mark__in=Mark.values), name="review_point_mark"),
        )

    def __str__(self) -> str:
        return f"{self.point} {self.mark}"


class Compensation(models.Model):
    """What a wrong decision is worth to one who complained about it; paid in coupons."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="compensations")
    party = models.CharField(max_length=8, choices=[(p.value, p.label) for p in PARTIES])
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    amount = models.DecimalField(max_digits=14, decimal_places=4)
    currency = models.CharField(max_length=3)
    promise = models.OneToOneField(
        "coupons.Compensation", on_delete=models.PROTECT, related_name="+",
        help_text=_("Where its owner chooses the coupons"),
    )  # fmt: skip

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("review", "party"), name="review_compensates_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="compensation_amount"),
        )

    def __str__(self) -> str:
        return f"{self.review} {self.amount} {self.currency}"
