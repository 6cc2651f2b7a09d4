"""`python -m tests.faults.tell N LATE`: N silent sellers whose time has been up for LATE seconds."""

import sys
from datetime import timedelta

import django

if __name__ == "__main__":
    django.setup()
    from bench import stories

    stories.tell(int(sys.argv[1]), "silent", late=timedelta(seconds=float(sys.argv[2])))
