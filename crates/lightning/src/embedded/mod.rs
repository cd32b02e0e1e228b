//! Real LDK nodes in this process, over a regtest chain kept in memory.
