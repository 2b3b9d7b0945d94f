"""Keys and papers: a person's home and key file, cards, roots, charters, an auditor's trust."""
