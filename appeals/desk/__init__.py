"""The reviewers' pages: the queue, the case on one screen, the result, feedback, statistics."""
