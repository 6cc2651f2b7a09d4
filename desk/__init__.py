"""The face of staff: the frame of the desk, the policy, and what got stuck."""
