"""Where do comments come from, and how is something done about them there? One file a platform."""
