"""Appeals: the author of a flag says what speaks against it, and another moderator decides."""
