"""Nothing personal passes intake: planted canaries, and what the masking does to words an office would write."""
