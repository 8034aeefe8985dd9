"""``python -m needs_analytics`` is ``needs``."""

from needs_analytics.cli import main

main()
