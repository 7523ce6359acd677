"""The algorithms, one file each: how much, by when, how urgently. They must not know venues, FIX, or each other."""
