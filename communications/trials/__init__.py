"""Test copies, which tell nobody."""
