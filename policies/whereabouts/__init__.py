"""Counts over train where things are kept; `embodied.mapping.whereabouts` reads them."""
