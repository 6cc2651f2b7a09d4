"""The demo: life-like data, a role switcher, a clock that leaps, and a mailbox. Installed only where DEMO is on."""
