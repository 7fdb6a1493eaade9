"""One file a step, named ``r0001_what.py``, each naming the one before it."""
