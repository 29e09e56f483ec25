"""Is it ready by hand?"""

from checklists.models.attempts import Attempt
from checklists.models.evidence import Evidence
from checklists.models.items import Item
from checklists.models.sections import Section

__all__ = ["Attempt", "Evidence", "Item", "Section"]
