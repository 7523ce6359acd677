"""Market impact before the trade: what an order worked along a path should cost, by each published model.

One small module a model, each with its paper, its units and where it holds. Knows no algorithm, no venue and no file.
"""
