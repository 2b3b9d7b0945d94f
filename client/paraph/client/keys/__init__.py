"""Keys and papers of one person: the home folder, the key file, cards, roots, charters."""
