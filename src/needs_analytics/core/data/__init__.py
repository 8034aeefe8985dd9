"""Packaged data: codebook, norms, header wordings and the message catalogue."""
