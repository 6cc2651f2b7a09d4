"""The words a complaint is made of. Nothing here touches a row."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from disputes.states import Party


class ComplaintState(TextChoices):
    WAITING = "waiting", _("Waiting for a reviewer")
    IN_REVIEW = "in_review", _("With a reviewer")
    DECISION_CORRECT = "decision_correct", _("Decision correct")
    FEEDBACK_GIVEN = "feedback_given", _("Decision correct; feedback is being read")
    DECISION_STANDS = "decision_stands", _("The decision stands")
    DECISION_WRONG = "decision_wrong", _("Decision wrong")


class Kind(TextChoices):
    """The clocks of a complaint."""

    REVIEW = "review", _("Review of the decision")
    JOINING = "joining", _("The other party may complain too")
    FEEDBACK = "feedback", _("Feedback about the review")
    READING = "reading", _("Feedback is read")


S = ComplaintState
OPEN: frozenset[str] = frozenset({S.WAITING, S.IN_REVIEW, S.DECISION_CORRECT, S.FEEDBACK_GIVEN})
TERMINAL: frozenset[str] = frozenset({S.DECISION_STANDS, S.DECISION_WRONG})
UNDER_REVIEW: tuple[str, ...] = (S.WAITING, S.IN_REVIEW)
"""A reviewer has to act, or is being waited for."""
AFTER_FIRST: tuple[str, ...] = (S.DECISION_CORRECT, S.FEEDBACK_GIVEN)
"""The first review found the decision correct; the complaint may be opened again once."""

OWNERS: dict[str, tuple[str, ...]] = {
    S.WAITING: (Party.PLATFORM,),
    S.IN_REVIEW: (Party.PLATFORM,),
    S.DECISION_CORRECT: (Party.BUYER, Party.SELLER),
    S.FEEDBACK_GIVEN: (Party.PLATFORM,),
}
CLOCKS: dict[str, tuple[str, ...]] = {
    S.WAITING: (Kind.REVIEW, Kind.JOINING),
    S.IN_REVIEW: (Kind.REVIEW, Kind.JOINING),
    S.DECISION_CORRECT: (Kind.FEEDBACK,),
    S.FEEDBACK_GIVEN: (Kind.READING,),
}


class Result(TextChoices):
    """What a review says about the decision."""

    CORRECT = "correct", _("Decision correct")
    WRONG = "wrong", _("Decision wrong")


class Point(TextChoices):
    """What every review looks at."""

    FACTS = "facts", _("The decision rests on what really happened")
    EVIDENCE = "evidence", _("All the evidence was looked at and weighed")
    HEARING = "hearing", _("Both parties could say what they had to say")
    RULES = "rules", _("The right rule was applied")
    AMOUNT = "amount", _("The amount and the terms follow from the findings")
    REASONS = "reasons", _("The statement explains the decision")


class Mark(TextChoices):
    """What a review finds on one point."""

    IN_ORDER = "in_order", _("In order")
    MISTAKE = "mistake", _("A mistake")
    NOT_NEEDED = "not_needed", _("Not needed")


class Scale(TextChoices):
    """The three questions of the feedback form."""

    HEARD = "heard", _("I was heard")
    EXPLAINED = "explained", _("The result was explained")
    IN_TIME = "in_time", _("It took a fair time")


class Outside(TextChoices):
    """What a letter about the end says where the operator names bodies outside the portal."""

    NAMED = "named", _("The results name bodies outside this portal to which you can turn.")


FIRST, SECOND = 1, 2
"""A complaint is reviewed once; after feedback it may be opened again for a second, last look."""
LOWEST, HIGHEST = 1, 5
"""The scale of the feedback form: 1 is "not at all", 5 "entirely"."""
