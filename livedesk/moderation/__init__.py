"""Which comments break the rules, and what becomes of those? Pure, but for clients and chats."""
