"""What a page shows and cites, and whether it may: read from its text before anything is rendered."""
