"""Who may sign, submit, decide and start, and the sentence for everybody else."""
