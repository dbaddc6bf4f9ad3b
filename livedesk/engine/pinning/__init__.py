"""The pins of a store, as the engine keeps them."""
