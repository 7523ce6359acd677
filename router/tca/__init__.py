"""What trading cost, after the fact: parent orders read from a journal, benchmarks, pictures, the report page.

Knows the journal's vocabulary and no live state, file or clock. Floats appear here and decide nothing: they are shown.
"""
