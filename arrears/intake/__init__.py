"""How facts come in: a source's files, their types, the contract's rules, and the write that makes them the lake's."""
