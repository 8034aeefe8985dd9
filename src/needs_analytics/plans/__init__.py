"""What to do next: capacity to add, services and sites to open, rules to loosen, services to make known or better."""

from needs_analytics.plans.new_services import services_of, suggest_services
from needs_analytics.plans.suggest import plan_actions

__all__ = ["plan_actions", "services_of", "suggest_services"]
