"""`python -m embodied` is `embodied`."""

import sys

from embodied.cli import main

if __name__ == "__main__":
    sys.exit(main())
