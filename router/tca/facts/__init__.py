"""What happened, as a journal tells it: orders, tape, national best, phases, and one order's case made of them."""
