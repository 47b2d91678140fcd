"""Reading Kafka: ingestion in batches, reviews in per-run lanes, offsets, retries, health."""
