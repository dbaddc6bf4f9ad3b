"""When does the stream move to another uplink? Detectors and policy: pure, time passed in."""
