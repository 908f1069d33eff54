"""What people do to a corp. Each act raises the callbacks that it raises in life; calls of the API raise none."""
