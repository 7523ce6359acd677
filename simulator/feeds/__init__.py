"""Readers of recorded market data: text files in, exact ints out. They must not know a venue, a book or an order."""
