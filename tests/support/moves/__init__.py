"""What people do in long walks through a negotiation, drawn at random: a class a subject."""
