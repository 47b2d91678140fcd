"""`python -m consumer` is `debrief`."""

from consumer.cli import main

main()
