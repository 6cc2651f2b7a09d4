"""Addresses of the mediators' desk, below /desk/disputes/."""

from django.urls import path

from disputes.desk import acts, case, decision, queue

app_name = "mediation"
urlpatterns = [
    path("", queue.queue, name="queue"),
    path("next/", queue.next_case, name="next"),
    path("<str:reference>/", case.case, name="case"),
    path("<str:reference>/claim/", acts.claim, name="claim"),
    path("<str:reference>/hand-over/", acts.hand_over, name="hand-over"),
    path("<str:reference>/hand-back/", acts.hand_back, name="hand-back"),
    path("<str:reference>/ask/", acts.ask, name="ask"),
    path("<str:reference>/take-back/", acts.take_back, name="take-back"),
    path("<str:reference>/message/", acts.message, name="message"),
    path("<str:reference>/note/", acts.note, name="note"),
    path("<str:reference>/draft/", decision.autosave, name="draft"),
    path("<str:reference>/check/", decision.check, name="check"),
    path("<str:reference>/decide/", decision.decide, name="decide"),
]
