"""Assembly: what a reviewer proposes becomes a review only as far as code can verify it."""
