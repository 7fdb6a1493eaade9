"""What the bot remembers: flags with their sealed texts and outcomes, and the scores of every message."""
