"""The candidate contract as properties that a running server is asked to show, one function each."""
