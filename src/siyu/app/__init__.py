"""The only wiring: the pipeline in order, the processes, the command line, the API over all rooms."""
