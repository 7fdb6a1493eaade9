"""What moderators see of a flag."""
