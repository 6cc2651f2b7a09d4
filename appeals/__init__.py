"""Appeals: complaints about decisions, and the second look at them."""
