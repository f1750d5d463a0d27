"""Messages at the door: what Segment's clients and files bring, read into `Incoming`."""
