"""The first page, and the frame of every page, for buyers, sellers and visitors."""
