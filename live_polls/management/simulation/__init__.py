"""Voters made up for rehearsals: they join, watch and vote over real sockets, as phones do."""
