"""Tests of the public face: names, notebook, documents, commands."""
