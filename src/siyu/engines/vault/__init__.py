"""Personal data: phone, mail, name, address.

Other rooms keep only fingerprints, which match but do not tell; the values lie here, encrypted. To see one takes a
right, a reason, and leaves an audit row. Publishes no facts.
"""
