"""Everything a ministry runs: vault, replica, outbox, desk, bots, audit, command line."""
