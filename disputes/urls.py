"""Addresses of disputes: references, never keys."""

from django.urls import path

from disputes.views import acting, attaching, calendar, dispute, evidence, filing, inbox
from disputes.views.moves import MOVES

app_name = "disputes"
CASE = "<str:reference>/"
NEW = "new/<str:reference>/"
SLUGS = {name: name.replace("_", "-") for name in MOVES}

urlpatterns = [
    path("", inbox.mine, name="list"),
    path("inbox/", inbox.inbox, name="inbox"),
    path(NEW, filing.start, name="file"),
    path(f"{NEW}files/add/", attaching.add_files, name="add_files"),
    path(f"{NEW}files/", attaching.files, name="files"),
    path(f"{NEW}files/<str:handle>/remove/", attaching.remove_file, name="remove_file"),
    path(f"{NEW}drop/", filing.drop, name="drop_draft"),
    path(f"{NEW}<slug:step>/", filing.question, name="question"),
    path(CASE, dispute.dispute, name="dispute"),
    path(f"{CASE}calendar.ics", calendar.calendar, name="calendar"),
    path(f"{CASE}evidence/", evidence.grid, name="evidence_grid"),
    path(f"{CASE}evidence/add/", evidence.add, name="add_evidence"),
    path(f"{CASE}evidence/mine/", evidence.files, name="evidence_files"),
    path(f"{CASE}evidence/<int:number>/", evidence.viewer, name="evidence"),
    *(
        path(f"{CASE}{SLUGS[name]}/", acting.view_of(move), name=name)
        for name, move in MOVES.items()
    ),
]
