"""What evidence keeps, by capability."""

from pop.evidence.maps.models import CountryRisk

__all__ = ["CountryRisk"]
