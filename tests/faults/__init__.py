"""Every fault of the archive × every way out, random schedules of them, kill -9 of the portal's parts."""
