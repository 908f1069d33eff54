"""Fake platforms that speak the real protocols, for tests, for the demo and for developers without an account.

They know the kernel and nothing of channels: what they answer is written from the platforms' own documents, so that an
error in a plugin is not repeated here. Parts that every platform has lie in this folder, each platform in its own.
"""
