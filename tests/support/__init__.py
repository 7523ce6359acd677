"""Helpers that several test folders share, imported as `support.…`. Nothing here knows how to pass a test."""
