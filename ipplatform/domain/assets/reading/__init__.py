"""Reading offices' files: opened, split and parsed in constant memory, trusting nothing in them."""
