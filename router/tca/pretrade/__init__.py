"""Before the trade: what each installed algorithm should cost, by every model, which to take, and why.

Given an order, an instrument as an analyst knows it and the algorithms that are installed; returns structs, which JSON,
Markdown, HTML and the terminal show. Knows no file, no clock and no live state.
"""
