//! Object bytes to loaded programs, links, maps and events
