//! Bytes to a normalised page: charset, tree, normalisation, digests, active inventory.
