"""What can be measured, read anew each time: from PostgreSQL, Redis and the disks, never counted in memory.

/metrics shows it to Prometheus (view), and the alerts are judged by the very same samples (collecting).
"""
