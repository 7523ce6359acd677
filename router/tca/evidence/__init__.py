"""The best-execution evidence of one order: gathered, packed, checked, shown."""
