"""Everything around livedesk that a newcomer does not have: encoder, bad network, platform."""
