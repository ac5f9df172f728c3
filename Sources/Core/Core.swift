// The private core as one library: everything that the fronts jump to.  What it shows is in exports.map.
