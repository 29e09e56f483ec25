"""Is it ready by machine?"""

from gates.models.gates import Gate, GateQuerySet, PresentGates, past_freshness
from gates.models.metrics import Metric
from gates.models.reports import Report, ReportPart, ReportRequest, for_somebody_else, voice_of
from gates.models.runs import GateRun, GateRunQuerySet, Sample, SampleQuerySet, recent_samples
from gates.models.tries import TryOut

__all__ = [
    "Gate",
    "GateQuerySet",
    "GateRun",
    "GateRunQuerySet",
    "Metric",
    "PresentGates",
    "Report",
    "ReportPart",
    "ReportRequest",
    "Sample",
    "SampleQuerySet",
    "TryOut",
    "for_somebody_else",
    "past_freshness",
    "recent_samples",
    "voice_of",
]
