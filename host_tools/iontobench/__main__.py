"""`python -m iontobench`: the command `iontobench`."""

from iontobench.cli.main import main

if __name__ == "__main__":
    main()
