//! The pythonbpf._native extension module
