"""Random bytes against everything that reads bytes from outside: ``make fuzz``."""
