"""Where the log is published: a local folder, or a bucket."""
