"""The side that faces Discord: events become posts, deeds become calls."""
