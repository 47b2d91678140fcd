"""What each command of `debrief` does, one module a command."""
