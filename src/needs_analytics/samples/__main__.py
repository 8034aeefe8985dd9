"""``python -m needs_analytics.samples FOLDER`` writes the committed sample workbooks anew."""

from __future__ import annotations

import argparse
from pathlib import Path

from needs_analytics.samples.month import DEFAULT_MONTH, write_month

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("folder", type=Path, help="the month's folder is made below it")
write_month(parser.parse_args().folder / DEFAULT_MONTH)
