"""What the fake answers, by area. Paths, fields and error codes are the platform's."""
