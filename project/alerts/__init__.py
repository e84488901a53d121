"""What is wrong, judged by the very figures Prometheus sees: rules, who is told, and files made of the rules."""
