//! An LND node over its REST interface.
