"""What the demo says, as TOML: companies with their assets, listings and needs, the office, and the deals between them."""
