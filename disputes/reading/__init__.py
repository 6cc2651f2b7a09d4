"""A dispute in words for one reader: whose turn, until when, what then, what may be done, what happened.

Pure functions of loaded rows (`dispute.now`, `dispute.clocks`, `dispute.hand`, its order with lines) and of
the side that reads: nothing is asked of the database and no rule is decided here.
"""
