"""Who filled an order and on what terms: attribution, spreads, markouts, time to fill."""
