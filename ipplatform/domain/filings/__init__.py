"""Applications for registration and every later submission about an asset, and their examination."""
