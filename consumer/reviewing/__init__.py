"""The calls: the models asked within one deadline, whatever they do."""
