"""From texts to probabilities: the model, and the worker that stands in front of it."""
