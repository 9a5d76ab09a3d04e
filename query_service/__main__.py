"""`python -m query_service`: the command line."""

from query_service.cli import main

main()
