"""Decisions about members; pure."""
