"""What makes sense as a trial, who may apply, and what leads to what. Pure."""
