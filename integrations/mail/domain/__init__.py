"""What the DNS says of the domain letters come from: whoever gets one asks the same before believing it."""
