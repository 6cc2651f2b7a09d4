"""`python -m tests.faults.check [--swept]`: the invariants of the database in DATABASE_URL; prints the states."""

import json
import sys

import django

if __name__ == "__main__":
    django.setup()
    from tests.faults.invariants import invariants

    sys.stdout.write(json.dumps(invariants(swept="--swept" in sys.argv)) + "\n")
