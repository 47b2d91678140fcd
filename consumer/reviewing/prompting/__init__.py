"""What the models are told: which records of an arc, in what form, under which instructions."""
