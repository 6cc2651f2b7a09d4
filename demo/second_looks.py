"""What the demo's people do after a decision: they complain, a stranger to the case looks again."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils import translation

from appeals import services
from appeals.models import Complaint
from appeals.reading import statements
from appeals.states import Mark, Point, Result
from demo import words


class SecondLooks:
    """Steps of a history on a complaint. Who reviews is said by name, so that a history stays what it is."""

    world: Any
    dispute_id: int
    buyer: Any
    seller: Any

    @property
    def complaint(self) -> Complaint:
        return Complaint.objects.filter(dispute_id=self.dispute_id).latest("pk")

    def complain(self, side: str = "buyer") -> None:
        services.complain_about_decision(
            dispute_id=self.dispute_id, actor=getattr(self, side), body=words.COMPLAINTS[side], language="en"
        )  # fmt: skip

    def review(self, reviewer: str = "dan") -> None:
        services.assign_complaint(
            complaint_id=self.complaint.pk, actor=self.world.staff("lea"),
            reviewer_id=self.world.staff(reviewer).person_id,
        )  # fmt: skip

    def result(self, result: str, reviewer: str = "dan", amount: str = "20") -> None:
        complaint, marks = self.complaint, {p.value: (Mark.IN_ORDER.value, "") for p in Point}
        sides = list(complaint.grounds.values_list("party", flat=True))
        paid: dict[str, Decimal] = {}
        if result == Result.WRONG:
            marks[Point.EVIDENCE] = (Mark.MISTAKE.value, words.OVERLOOKED)
            paid = {sides[0]: Decimal(amount)}
        with translation.override("en"):
            text = statements.draft(sides, marks, result, paid, complaint.dispute.currency)
        services.send_review(
            complaint_id=complaint.pk, actor=self.world.staff(reviewer), result=result, statement=text,
            marks=marks, compensation=paid,
        )  # fmt: skip

    def feedback(self, side: str = "buyer") -> None:
        services.give_feedback(
            complaint_id=self.complaint.pk, actor=getattr(self, side), body=words.FEEDBACK,
            scales={"heard": 2, "explained": 3, "in_time": 5},
        )  # fmt: skip

    def look_again(self) -> None:
        services.reopen_complaint(
            complaint_id=self.complaint.pk, actor=self.world.staff("lea"), why=words.LOOK_AGAIN
        )
