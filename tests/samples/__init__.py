"""The sample sub-district."""
