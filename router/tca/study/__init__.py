"""Studies: the same orders on many seeded days, worked in several ways; what came of them, and how sure that is.

Knows no engine, no market and no process: `router.runtime.studies.study_run` runs a day.
"""
