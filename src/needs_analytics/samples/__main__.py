"""``python -m needs_analytics.samples FOLDER`` writes the committed sample town anew."""

from __future__ import annotations

import argparse
from pathlib import Path

from needs_analytics.samples.month import DEFAULT_SEED, write_town

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("folder", type=Path, help="the months' folders are made below it")
write_town(parser.parse_args().folder, seed=DEFAULT_SEED)
