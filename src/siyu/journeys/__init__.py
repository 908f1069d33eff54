"""Journeys: plans over time that take one person after another through named steps, and broadcasts.

Owns definitions and their versions, who is where in them (enrolments), what was planned for whom and what became of it.
Publishes ``journey.entered`` and ``journey.ended``. What reaches a person is proposed to the touch gate and to nobody else.
"""
