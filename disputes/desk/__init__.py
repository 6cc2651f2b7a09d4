"""The mediators' pages: the queue, the case on one screen, the decision."""
