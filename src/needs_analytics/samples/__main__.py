"""``python -m needs_analytics.samples FOLDER`` writes the committed sample workbooks anew."""

from __future__ import annotations

import sys
from pathlib import Path

from needs_analytics.samples.month import DEFAULT_MONTH, write_month

write_month(Path(sys.argv[1]) / DEFAULT_MONTH)
