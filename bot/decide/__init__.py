"""Scores become a decision: pure rules first, then the limits that may hold a decision back."""
