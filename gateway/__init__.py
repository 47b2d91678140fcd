"""The gateway: pushes reviews to their learners, and serves the page that shows them."""
