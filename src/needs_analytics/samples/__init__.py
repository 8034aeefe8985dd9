"""Believable towns that do not exist, what their offices would send in a month, and the truth behind it."""

from needs_analytics.samples.district import SampleDistrict, write_district
from needs_analytics.samples.district_places import district_name
from needs_analytics.samples.mess import PlantedCell
from needs_analytics.samples.month import PlantedPair, SampleMonth, write_month, write_town
from needs_analytics.samples.plan import Plan, read_plan
from needs_analytics.samples.residents import month_near_register
from needs_analytics.samples.snapshot import Snapshot, World, found_town, take_snapshot
from needs_analytics.samples.truth import Truth, read_truth

__all__ = [
    "Plan",
    "PlantedCell",
    "PlantedPair",
    "SampleDistrict",
    "SampleMonth",
    "Snapshot",
    "Truth",
    "World",
    "district_name",
    "found_town",
    "month_near_register",
    "read_plan",
    "read_truth",
    "take_snapshot",
    "write_district",
    "write_month",
    "write_town",
]
