"""The live channel: open pages hear of a change at once, and cost no database connection."""
