"""A module for each kind of finding.

`fits(world)`: whether the world has a place for the fault. `plant(world)` puts it there, and tells
the truth. `holds(world, truth)`: whether it came about, once the world has run; what is only known
then is added to the truth.
"""
