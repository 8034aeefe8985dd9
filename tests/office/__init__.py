"""Blank templates, and what intake makes of them."""
