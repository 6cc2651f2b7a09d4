"""What follows from each move of a complaint: clocks, the dispute below it, notices."""

from appeals.effects import clocks, complaints, feedback, loading, reviews, telling

__all__ = ["clocks", "complaints", "feedback", "loading", "reviews", "telling"]
