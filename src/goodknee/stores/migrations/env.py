"""Alembic's door: it runs this file to reach the database."""

from alembic import context

# The caller's transaction holds all steps; nothing here begins or ends one.
context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
context.run_migrations()
