"""What people keep of their work: saved searches of their own and of the group; a programme's page."""
