"""Looks at what was recorded and at what models say: reports, never acts."""
