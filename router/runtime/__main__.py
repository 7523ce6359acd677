"""`python -m router.runtime` is `sluice`."""

from router.runtime.cli import main

main(prog_name="sluice")
