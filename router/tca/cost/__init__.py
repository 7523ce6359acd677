"""What one order cost: benchmarks, implementation shortfall, impact, date by date, and against its estimate."""
