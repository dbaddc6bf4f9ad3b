"""What moves a stream that livedesk does not carry itself? OBS, an HTTP call, or a command."""
