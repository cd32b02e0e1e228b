//! The log as a tree of hashes (RFC 6962).
