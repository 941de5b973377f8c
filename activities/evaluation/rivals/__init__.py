"""Generic engines, measured as candidates are: what is declared of each lies in `data/`, one file per rival."""
