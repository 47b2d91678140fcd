"""Everything that writes to Kafka: reviews, progress, dead letters, and recorded arcs."""
