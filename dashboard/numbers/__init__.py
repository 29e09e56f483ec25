"""How long deployments take, what they wait for, and how they end; by DORA where it says."""
