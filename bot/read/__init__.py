"""What is read of a post: whether at all, and in which views."""
