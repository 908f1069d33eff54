"""How the people of the demo brand live: pure, by seed."""
