"""Fakes of a WeChat official account and a mini program: API, callbacks, and people who act."""
