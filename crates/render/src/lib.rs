//! Diagnostics drawn as text for terminals and Python
