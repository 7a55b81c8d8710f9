"""The register: assets, their parties and classes, and the documents that belong to them."""
