"""The stylised facts of a market, synthetic or recorded: recorded, measured, judged, drawn, and fitted."""
