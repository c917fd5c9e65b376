"""`python -m cli`: the `gongkai` command."""

from cli.gongkai import main

if __name__ == "__main__":
    main()
