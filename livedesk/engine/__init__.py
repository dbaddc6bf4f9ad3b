"""The engine: wires the rooms for its stores, keeps their state and serves it to everybody else."""
