//! HTTP clients for outside hosts, guarded against private addresses.
