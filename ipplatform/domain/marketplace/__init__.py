"""Listings, needs, search and matching: what a licensee looks for finds what an owner offers, with reasons."""
