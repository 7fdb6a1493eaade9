"""What each call of the REST API does: checked first, done then, answered as Discord does."""
