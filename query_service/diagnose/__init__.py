"""What is wrong, why, and how to mend it: runs detectors, tells causes from consequences."""
