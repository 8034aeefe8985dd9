"""What a stage has to reach: fixed from the issue and METHODS before any stage was measured."""

from __future__ import annotations

# intake
PLACES_RIGHT = 0.99  # of the communities and grids that were spelt

# cleaning
DUPLICATE_PRECISION = 0.99
DUPLICATE_RECALL = 0.95

# weights
COVERAGE = 0.94  # of 95 % intervals where response is ignorable given the register's margins
COVERAGE_UNWEIGHTED = 0.85  # stays below: the response is worth weighting
USUAL_COVERAGE = (0.94, 0.97)  # where n_eff·min(p, 1−p) is 10 or more
WARNED = 0.90  # of samples in which a need depends on the channel
FALSE_WARNINGS = 0.05  # of samples in which any need is warned of that does not depend on it

# needs
SMALL_GRID = 30  # answers; the composite has to win below
GRID_SPREADS = (0.3, 0.8)  # standard deviations of grid effects on the logit
OUTLIER = 2.5  # standard deviations by which the two outlier grids lie off
COMPOSITE_COVERAGE = 0.94  # of their 95 % intervals in small grids, as of all others
OUTLIER_COVERAGE = 0.85  # of the same in outlying grids, which no model expects; set after a look at other towns
RANK_SETS = 0.95  # of places whose rank sets hold every need's true rank
CHANGE_FOUND = 0.95  # of planted changes called one
FALSE_CHANGES = 0.05  # of needs that did not change but are called 明显上升 or 明显下降
PANEL_COVERAGE = (0.94, 0.97)  # of the intervals of changes where 30 % answered before

# segments
LEAST_JACCARD = 0.6  # of a published segment
LEAST_AGREEMENT = 0.5  # adjusted Rand index of found and planted segments
NEAR_BEST = 0.9 * 0.85  # of the agreement of a classifier told the types of twenty other towns
NEW_SEGMENT_OVERLAP = 0.5  # Jaccard of a published segment with the one that appears in month three
FALSE_SEGMENTS = 0.05  # of towns without types in which segments are published

# careless and copied answers
CARELESS_FOUND = 0.95  # of planted speeders and straight-liners
COPIES_FOUND = 0.8  # of answers an interviewer copied from one of his own
HONEST_FLAGGED = 0.01  # of honest answers
