"""A filing's certificate: a PDF for people, signed by the service. It shows evidence and is never the root of trust."""
