"""Civil Tongue: a self-hosted Discord moderation bot with its own toxic-comment model."""

__version__ = "0.1.0"
