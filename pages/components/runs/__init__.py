"""The parts of Train and Compare: settings, the live panel of one run, curves, races, comparisons."""
