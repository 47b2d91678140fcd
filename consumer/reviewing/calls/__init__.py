"""One call: put to the providers in order until an answer stands, or time is over."""
