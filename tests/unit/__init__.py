"""One part at a time, with sockets off."""
