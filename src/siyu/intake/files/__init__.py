"""Files come in: export files of shops become messages. Formats are data, reading streams, nothing here touches a database.

The rest of the house calls :mod:`siyu.intake.files.service`; what it gets back is in :mod:`siyu.intake.files.types`.
"""
