"""What a person is about to say: draft files, their clauses, content checked by the fold."""
