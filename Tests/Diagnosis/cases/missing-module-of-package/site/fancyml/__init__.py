from .core import fit
