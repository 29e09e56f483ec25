"""Who is told, and what they know already."""
