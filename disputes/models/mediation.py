"""What a mediator finds and decides."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from disputes.models.dispute import Dispute
from disputes.states import DecisionReason, Party, PostagePayer, Verdict
from disputes.states import Finding as Result


class DecisionDraft(models.Model):
    """The findings form as it stands: kept as the mediator works, gone when the decision is sent."""

    dispute = models.OneToOneField(Dispute, on_delete=models.CASCADE, related_name="decision_draft")
    mediator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    content = models.JSONField(default=dict)
    saved_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.dispute)


class Decision(models.Model):
    """A mediator's decision, binding when its complaint window has passed. Never edited.

    A second one exists only where the return that the first one asked for was contested.
    """

    dispute = models.ForeignKey(Dispute, on_delete=models.CASCADE, related_name="decisions")
    number = models.PositiveSmallIntegerField(default=1)
    mediator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    verdict = models.CharField(max_length=8, choices=Verdict.choices)
    amount = models.DecimalField(max_digits=14, decimal_places=4)
    return_required = models.BooleanField(default=False)
    postage_payer = models.CharField(
        max_length=8, choices=PostagePayer.choices, blank=True, default=""
    )
    reason = models.CharField(max_length=32, choices=DecisionReason.choices)
    statement = models.TextField(help_text=_("Both parties read these words"))
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=("dispute", "number"), name="decision_number_once"),
            models.CheckConstraint(
                condition=Q(verdict__in=Verdict.values), name="decision_verdict"
            ),
            models.CheckConstraint(
                condition=Q(reason__in=DecisionReason.values), name="decision_reason"
            ),
            models.CheckConstraint(
                condition=Q(verdict="none", amount=0) | (~Q(verdict="none") & Q(amount__gt=0)),
                name="decision_amount",
            ),
            models.CheckConstraint(
                condition=Q(return_required=True, postage_payer__in=PostagePayer.values)
                | Q(return_required=False, postage_payer=""),
                name="decision_postage",
            ),
            models.CheckConstraint(condition=~Q(statement=""), name="decision_explained"),
        )

    def __str__(self) -> str:
        return f"{self.dispute} {self.verdict}"


class Finding(models.Model):
    """One allegation and what the mediator found: proved (with the evidence cited), not proved, not needed."""

    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="findings")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(
        max_length=32, blank=True, default="", help_text=_("Empty where the mediator wrote it")
    )
    party = models.CharField(
        max_length=8, choices=[(p.value, p.label) for p in (Party.BUYER, Party.SELLER)]
    )
    allegation = models.TextField()
    result = models.CharField(max_length=12, choices=Result.choices)
    cited = models.JSONField(default=list, help_text=_("Numbers of the evidence that shows it"))

    class Meta:
        ordering = ("position",)
        constraints = (
            models.UniqueConstraint(fields=("decision", "position"), name="finding_position_once"),
            models.CheckConstraint(condition=Q(result__in=Result.values), name="finding_result"),
        )

    def __str__(self) -> str:
        return f"{self.allegation} {self.result}"
