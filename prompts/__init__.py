"""The prompts: one text per call and version, and their loader."""
