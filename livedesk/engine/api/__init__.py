"""HTTP and SSE: what the engine tells, and what may be asked of it."""
