"""Ground everything else stands on: database, clock, errors, jobs, storage, languages. Knows nothing of IP."""
