//! The words of social assistance: values, entities and their rules. No I/O, no async, no wire types.
