"""Statistical quality monitoring of procedural learning curves."""
