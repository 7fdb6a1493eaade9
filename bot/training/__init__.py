"""How the embedded model is made: ``python -m bot.training --data DIR``."""
