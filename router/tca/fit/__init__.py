"""Parameters of impact models from own fills: the fit, its errors, and whether they hold on simulated costs.

Needs scipy, so that nothing of a running router may import it. Knows no file and no journal.
"""
