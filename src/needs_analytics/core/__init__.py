"""The nouns every stage shares; nothing here computes an estimate, opens a workbook or prints."""
