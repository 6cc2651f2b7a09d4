"""The faults that the portal must survive, and how a test says which it tries.

    @pytest.mark.fault("R1", quick=2, tries=20)
    def test_…(tries: int) -> None:

`tries` is `quick` in the suite and its full number in `make faults` (`FAULTS=long`); `size` likewise picks the
number of cases. A test of one marked `long=True` runs only there;
`first=True` begins there before the others. A fault without a test fails the suite.
"""

from __future__ import annotations

FAULTS: dict[str, str] = {
    "R1": "workers killed in mid-batch",
    "R2": "PostgreSQL stopped at once in mid-batch",
    "R3": "broker flushed, restarted, away, frozen",
    "R4": "two beats, three workers and a sweep by hand at once",
    "R5": "worker frozen while holding a batch, then thawed",
    "R6": "connection cut at each statement of each transition",
    "R7": "the answer to COMMIT is lost",
    "R8": "reply and deadline at the same instant",
    "R9": "a party acts after its time while no worker runs",
    "R10": "the same form twenty times",
    "R11": "fifty openings of a dispute on one order",
    "R12": "contradictory decisions at once",
    "R13": "worker's clock wrong by an hour or a day",
    "R14": "daylight saving, leap day, end of year",
    "R15": "mail server down, slow, refusing, dropping",
    "R16": "killed between the server's acceptance and our mark",
    "R17": "disk full at upload and in the database",
    "R18": "object store down, slow, 500, partial",
    "R19": "upload cut at every 64 KiB; one byte a second",
    "R20": "a flood of due deadlines while people browse",
    "R21": "one case raises in its transition",
    "R22": "tasks and events delivered again, shuffled, late",
    "R23": "payment provider times out, fails, answers twice",
    "R24": "deploy under work: rolling restart, old worker on new schema",
    "R25": "bulk action by two people in opposite order",
    "R26": "an idle transaction open during the sweeps",
    "R27": "connections used up",
    "R28": "15 working days over holidays and changed calendars",
    "R29": "restore to a point before deadlines fell due",
    "R30": "UPDATE or DELETE of an event",
    "R31": "random actors, clock and kills",
    "R32": "workers stopped",
}
