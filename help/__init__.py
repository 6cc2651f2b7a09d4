"""Help pages: the rules in plain words, with the numbers of the policy; found by search, judged by readers."""
