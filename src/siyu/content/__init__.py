"""Content: what is said and shown. Materials, scripts in versions, personas, and the calendar of Moments.

Nothing is sent from here: journeys ask for a script rendered for people, and propose it to the touch gate. Publishes no
facts.
"""
