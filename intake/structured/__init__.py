"""The structured form of what defines a deployment: one plain document, as YAML or as JSON."""
