"""Addresses of complaints: references, never keys."""

from django.urls import path

from appeals.views import complaining, complaint, feedback

app_name = "appeals"
CASE = "<str:reference>/"
urlpatterns = [
    path(f"about/{CASE}", complaining.complain, name="complain"),
    path(CASE, complaint.complaint, name="complaint"),
    path(f"{CASE}results/", complaint.results, name="results"),
    path(f"{CASE}feedback/", feedback.feedback, name="feedback"),
    path(f"{CASE}calendar.ics", complaint.calendar, name="calendar"),
]
