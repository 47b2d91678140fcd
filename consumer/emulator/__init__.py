"""An emulator of both model services, for the demo and the tests: their wire, their faults."""
