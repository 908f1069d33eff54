"""A fake WeCom: a corp that acts, and the server that speaks for it.

``world.build`` makes a corp, ``app.create_app`` its server, ``platforms.serving`` runs it on the loopback.
"""
