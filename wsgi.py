"""What the web server loads: ``gunicorn wsgi:app``."""

from ipplatform import create_app

app = create_app()
