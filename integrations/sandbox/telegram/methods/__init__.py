"""Bot API methods by family: the simulator and the arguments in, `result` out."""
