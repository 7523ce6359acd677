"""The TCA report of one order: as data, in words, in pictures, as a page."""
