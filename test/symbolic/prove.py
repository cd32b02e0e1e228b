"""Runs Halmos with one fault of it put right and the solver chosen; further arguments are Halmos's own.

Halmos treats sha256 as an uninterpreted function, which is what the proofs here want: they hold for any hash function at
all. But up to 0.3.3, the newest, it declares that function over as many bits as its input has bytes, so that every call
of it ends in "Sort mismatch". Here it gets its 8 bits a byte.

The solver is z3. Yices, Halmos's choice, in the version that PyPI has (2.6.4), answers "sat" to negations of true
statements: check_BothGainTheFormula "fails" with it, by a counterexample that is none.
"""

import sys

import z3
from halmos import __main__, sevm

PREFIX = "f_sha256_"
OPTIONS = ["--solver", "z3", "--solver-timeout-assertion", "300s"]
declare = sevm.Function


def declare_by_bits(name, *sorts):
    if name.startswith(PREFIX):
        input_bytes = int(name.removeprefix(PREFIX))
        sorts = (z3.BitVecSort(8 * input_bytes), *sorts[1:])
    return declare(name, *sorts)


sevm.Function = declare_by_bits

if __name__ == "__main__":
    sys.argv[1:1] = OPTIONS
    sys.exit(__main__.main())
