"""An errand: somebody answers in time, or the clock closes it."""

from typing import Any, ClassVar

from django.db import models

from core import deadlines
from core.actors import SYSTEM
from core.batch import Batch
from core.fsm import StateField, transition
from core.models import Case, Deadline, DeadlineState
from core.transitions import in_time, time_is_up


class State(models.TextChoices):
    WAITING = "waiting"
    ANSWERED = "answered"
    EXPIRED = "expired"


ANSWER = "answer"


class Errand(Case):
    REFERENCE_PREFIX: ClassVar[str] = "ERR"
    state = StateField(choices=State.choices, default=State.WAITING)
    owner_id = models.IntegerField(default=0)
    poison = models.BooleanField(default=False)
    note = models.CharField(max_length=40, blank=True)

    @transition(
        "state",
        State.WAITING,
        State.ANSWERED,
        conditions=[in_time(ANSWER)],
        permission=lambda errand, actor: actor.user_id == errand.owner_id,
        custom={"event": "answered"},
    )
    def answer(self, note: str = "") -> None:
        self.note = note

    @transition(
        "state",
        State.WAITING,
        State.EXPIRED,
        conditions=[time_is_up(ANSWER)],
        permission=lambda errand, actor: actor.is_system,
        custom={"event": "expired"},
    )
    def expire(self) -> None:
        self.note = "too late"


class ErrandDeadline(Deadline):
    case = models.ForeignKey(Errand, on_delete=models.CASCADE, related_name="deadlines")


@deadlines.enforces(ErrandDeadline, ANSWER)
def nobody_answered(batch: Batch, errand: Errand, deadline: Any) -> None:
    batch.transition(errand, "expire", SYSTEM)
    if errand.poison:
        raise ValueError("this errand is poison")


@deadlines.reminds(ErrandDeadline, ANSWER)
def remind(batch: Batch, errand: Errand, deadline: Any) -> None:
    batch.record(errand, "reminded", SYSTEM)


def answer(pk: int, actor: Any, note: str = "") -> Errand:
    """What a page does: a batch of one."""
    with Batch() as batch:
        (errand,) = batch.lock(Errand, [pk])
        batch.transition(errand, "answer", actor, note=note)
        batch.end_deadlines(errand, DeadlineState.MET)
    return errand
