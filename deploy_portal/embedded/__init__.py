"""PostgreSQL, Valkey and a mail catcher of our own, and the supervisor that runs the portal."""
