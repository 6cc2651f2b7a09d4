"""What buyers and sellers type, cleaned: texts as they are stored, amounts as the currency has them."""

from disputes.forms.fields import EvidenceForm
from disputes.forms.filing import QuestionForm, ReasonForm, ReceivedForm, StoryForm, WantedForm
from disputes.forms.moves import (
    AnswerForm,
    ContestForm,
    ContestReplacementForm,
    ExactForm,
    MessageForm,
    MoveForm,
    OfferForm,
    RejectForm,
    SettleForm,
    ShipForm,
    WithdrawForm,
)

__all__ = [
    "AnswerForm",
    "ContestForm",
    "ContestReplacementForm",
    "EvidenceForm",
    "ExactForm",
    "MessageForm",
    "MoveForm",
    "OfferForm",
    "QuestionForm",
    "ReasonForm",
    "ReceivedForm",
    "RejectForm",
    "SettleForm",
    "ShipForm",
    "StoryForm",
    "WantedForm",
    "WithdrawForm",
]
