"""What is missing for this bot to work, each finding with its mend."""

from bot.doctor.examining import examine
from bot.doctor.finding import Finding, Severity

__all__ = ["Finding", "Severity", "examine"]
