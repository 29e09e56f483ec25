"""How somebody comes in: the provider, the second factor, sessions, and the first of all."""
