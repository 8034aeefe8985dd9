"""Array mathematics on numpy and scipy, each function checked against published numbers.

Import the module you need: ``from needs_analytics.numerics import weighted``. This file imports none of them, so that
a program which needs one loads one.
"""
