"""How a request comes in: pages, API, command line, worker."""
