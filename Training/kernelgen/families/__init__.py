"""One file per family of problems; the table of all of them is in `kernelgen.generate`."""
