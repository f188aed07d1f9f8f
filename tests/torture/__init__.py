"""The torture of the engine: what it promises, tried with faults that a seed can repeat."""
