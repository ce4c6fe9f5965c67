"""What operators set up: CAs, policies and profiles."""
