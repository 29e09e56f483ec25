"""A service for the demo to measure: made-up traffic, and a switch that degrades it.

Only `certificate` needs more than the standard library, and runs as a process of its own.
"""
