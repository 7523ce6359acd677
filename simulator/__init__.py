"""The market to practise in: lit, dark and crossing venues on one virtual clock. It must not know the algorithms."""
