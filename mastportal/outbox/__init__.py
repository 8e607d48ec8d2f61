"""What the portal has to tell people: the bell, mails, webhooks and feeds, each sent though parts die."""
