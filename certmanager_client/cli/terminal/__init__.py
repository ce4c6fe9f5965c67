"""What all commands stand on: running, options, files in and out, tables, exit statuses."""
