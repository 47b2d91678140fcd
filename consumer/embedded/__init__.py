"""A real Apache Kafka from pip alone, for `debrief demo` and the tests."""
