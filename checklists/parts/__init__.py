"""The parts of a checklist as they are edited: its items and its sections."""

from checklists.parts.items import Items
from checklists.parts.sections import Sections

__all__ = ["Items", "Sections"]
