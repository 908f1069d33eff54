"""What insight expects of each customer, one row a customer: written by its refits, read with the profile."""
