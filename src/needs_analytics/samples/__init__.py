"""A believable sub-district that does not exist, and a month of what its offices would send."""

from needs_analytics.samples.mess import PlantedCell
from needs_analytics.samples.month import PlantedPair, SampleMonth, write_month

__all__ = ["PlantedCell", "PlantedPair", "SampleMonth", "write_month"]
