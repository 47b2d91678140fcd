"""A run's context: ingested into the store, found whole, gathered into an arc."""
