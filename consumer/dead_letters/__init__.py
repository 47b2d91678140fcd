"""Dead letters as an operator meets them: found, shown, and taken off Kafka."""
