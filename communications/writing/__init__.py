"""What a message says to one reader, and in which form."""
