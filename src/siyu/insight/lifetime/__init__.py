"""How long customers stay and what they will bring: the models, their refit, their calibration, what they predict.

A room within the room; outsiders reach it through :mod:`siyu.insight.service` and :mod:`siyu.insight.types`. Owns
``insight.lifetime_model``, one row a refit; the predictions of single customers lie with their profiles.
"""
