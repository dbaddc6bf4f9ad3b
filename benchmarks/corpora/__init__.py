"""Written viewers' comments, clean and disguised; README.md says how they may be used."""
