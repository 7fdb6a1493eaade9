"""``python -m bot``."""

import sys

INTERRUPTED = 130  # what a shell answers for a program that Ctrl+C has ended

if __name__ == "__main__":
    try:
        from bot.cli import main  # takes a moment, in which Ctrl+C needs no traceback

        main()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
