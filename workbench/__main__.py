"""``python -m workbench``."""

import sys

from workbench.cli import entry

if __name__ == "__main__":
    sys.exit(entry())
