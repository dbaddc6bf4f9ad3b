"""The probe: a process that plays one address with PyAV and says what it finds."""
