"""Addresses of the reviewers' desk, below /desk/complaints/."""

from django.urls import path

from appeals.desk import acts, case, queue, result, statistics

app_name = "reviews"
urlpatterns = [
    path("", queue.queue, name="queue"),
    path("draw/", queue.draw, name="draw"),
    path("statistics/", statistics.statistics, name="statistics"),
    path("<str:reference>/", case.case, name="case"),
    path("<str:reference>/hand-back/", acts.hand_back, name="hand-back"),
    path("<str:reference>/assign/", acts.assign, name="assign"),
    path("<str:reference>/reopen/", acts.reopen, name="reopen"),
    path("<str:reference>/leave/", acts.leave, name="leave"),
    path("<str:reference>/draft/", result.autosave, name="draft"),
    path("<str:reference>/check/", result.check, name="check"),
    path("<str:reference>/send/", result.send, name="send"),
]
