"""The one runner: builds the lab, runs examples, checks and records what they print, and cleans up."""
