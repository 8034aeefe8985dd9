"""Next months' use of services: series, backtest, intervals."""

from needs_analytics.forecasts.outlook import forecast_use

__all__ = ["forecast_use"]
