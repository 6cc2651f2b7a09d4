"""`python -m tests.faults.sweep [--mail]`: one sweep (and delivery) in a process of its own; prints what it did."""

import json
import sys

import django

if __name__ == "__main__":
    django.setup()
    from core import deadlines
    from notifications import services

    done = deadlines.sweep()
    sent = services.deliver().sent if "--mail" in sys.argv else 0
    sys.stdout.write(
        json.dumps({"enforced": done.enforced, "failed": done.failed, "sent": sent}) + "\n"
    )
