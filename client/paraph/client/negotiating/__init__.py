"""What people do in a negotiation: each module makes the records of one topic and reads them."""
