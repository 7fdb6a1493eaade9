"""What a model is computed with: a file each, in which its heavy packages are imported."""
