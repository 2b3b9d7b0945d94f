"""`python -m paraph.client`: the command `paraph`, where no script is installed."""

from paraph.client.cli import main

if __name__ == "__main__":
    main()
