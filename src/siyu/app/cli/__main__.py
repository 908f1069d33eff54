"""``python -m siyu.app.cli``."""

from siyu.app.cli import main

main()
