"""The demo: a deck, a host who never tires, and the processes around them."""
