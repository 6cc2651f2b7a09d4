"""The kernel: transitions, deadlines, events, policy, calendar, clock and references. It knows no case."""
